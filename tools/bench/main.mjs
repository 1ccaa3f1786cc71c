// `npm run bench`: all but the long ones. A word picks: client, server, cli, size, browser, stores, soak, profile; a second one picks
// a table of it.
const [which = "all"] = process.argv.slice(2)
/** @type {Record<string, () => Promise<unknown>>} */
const benches = {
  client: () => import("./Client.mjs"),
  server: () => import("./Server.mjs"),
  cli: () => import("./Cli.mjs"),
  size: () => import("./Size.mjs"),
  browser: () => import("./Browser.mjs"),
  stores: () => import("./Stores.mjs"),
  soak: () => import("./Soak.mjs"),
  profile: () => import("./Profile.mjs")
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
