// `npm run bench`: all but the long ones. A word picks: client, server, cli, size, browser, stores, soak, profile; a
// second one picks a table of it. `budgets` proposes budgets from what was recorded, and `document` makes the document
// anew from it. Options are in Options.ts.
import { part } from "./Options.ts"

const benches: Record<string, () => Promise<unknown>> = {
  client: () => import("./Client.ts"),
  server: () => import("./Server.ts"),
  cli: () => import("./Cli.ts"),
  size: () => import("./Size.ts"),
  browser: () => import("./Browser.ts"),
  stores: () => import("./Stores.ts"),
  soak: () => import("./Soak.ts"),
  profile: () => import("./Profile.ts"),
  budgets: () => import("./Propose.ts"),
  document: async () => (await import("./Document.ts")).write((await import("./Record.ts")).read())
}
const picked = part === undefined ? ["client", "server", "cli"] : [part]
for (const name of picked) {
  const bench = benches[name]
  if (bench === undefined) {
    console.error(`usage: npm run bench -- ${Object.keys(benches).join("|")} [table] [--write] [--short]`)
    process.exitCode = 2
    break
  }
  await bench()
}
