// Loaded into a command: tells the driver, at the end, how much memory it had at most.
process.on("exit", () => require("node:fs").writeSync(3, String(process.resourceUsage().maxRSS)))
