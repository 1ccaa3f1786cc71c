// `npm run bench`: all but the long ones. A word picks: client, server, cli, size, browser, stores, soak, profile; a
// second one picks a table of it.
const [which = "all"] = process.argv.slice(2)
const benches: Record<string, () => Promise<unknown>> = {
  client: () => import("./Client.ts"),
  server: () => import("./Server.ts"),
  cli: () => import("./Cli.ts"),
  size: () => import("./Size.ts"),
  browser: () => import("./Browser.ts"),
  stores: () => import("./Stores.ts"),
  soak: () => import("./Soak.ts"),
  profile: () => import("./Profile.ts")
}
const picked = which === "all" ? ["client", "server", "cli"] : [which]
for (const name of picked) {
  const bench = benches[name]
  if (bench === undefined) {
    console.error(`usage: npm run bench -- ${Object.keys(benches).join("|")} [table]`)
    process.exitCode = 2
    break
  }
  await bench()
}
