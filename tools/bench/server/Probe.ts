// Loaded into each server before it starts: tells the driver what the process has used, all threads together, and ends
// with it.
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

process.on("message", (question) => {
  if (question === "collect") {
    setFlagsFromString("--expose-gc")
    runInNewContext("gc")()
  }
  const { system, user } = process.cpuUsage()
  process.send?.({ cpu: user + system, memory: process.memoryUsage(), time: Number(process.hrtime.bigint() / 1000n) })
})
process.on("disconnect", () => process.exit())
process.channel?.unref()
