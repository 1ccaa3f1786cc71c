// On which runtimes and in which browsers le-auth works: each is tried with a whole sign-in, and what came of it is
// compared with the table of README.md, or with `--write` written there. A cell that fails fails the run, whatever the
// table says.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { freePort } from "../free-port.ts"
import { leftOut } from "../needs.ts"
import { webhook } from "./application.ts"
import * as engines from "./engines.ts"
import { browsers } from "./pages.ts"
import * as running from "./running.ts"
import { scenario } from "./scenario.ts"
import * as table from "./table.ts"

const readme = path.join(fileURLToPath(new URL("../..", import.meta.url)), "README.md")

/** A whole sign-in at the application, with the Sentinel at its side. Both are started for it, and ended. */
async function signIn(
  engineOfSentinel: ReadonlyArray<string>,
  start: (redirectUri: string, domainApi: string) => ReturnType<typeof running.application>,
  where: { readonly base?: string; readonly verbs?: string; readonly webhook?: string } = { webhook }
) {
  const origin = `http://127.0.0.1:${await freePort()}`
  const redirectUri = `${origin}${where.base ?? ""}/callback`
  const sentinel = await running.sentinel(engineOfSentinel, redirectUri)
  try {
    const application = await start(redirectUri, sentinel.origin)
    try {
      const { LE_AUTH_CLIENT_SECRET: secret } = running.settingsOf(redirectUri)
      await scenario({ application: origin, sentinel: sentinel.origin, secret, ...where })
    } catch (error) {
      const said = [error instanceof Error ? error.message : error, application.output(), sentinel.output()]
      throw new Error(said.join("\n"), { cause: error })
    } finally {
      await application.end()
    }
  } finally {
    await sentinel.end()
  }
}

/** The other side of each trial runs on the Node of this program. */
const here = [process.execPath]

/** Where the application without Effect has its routes, and one of its own. */
const withoutEffect = { base: "/auth", verbs: "/verbs" }

function rowOf(engine: engines.Engine): table.Row {
  const program = engines.programOf(engine)
  const row: table.Row = { name: engine.name, version: () => engines.versionOf(engine), cells: {} }
  if (engine.run === undefined) {
    row.cells["`@le-auth/server`"] = () =>
      signIn(here, (...where) => running.worker(program, "@le-auth/server", ...where), withoutEffect)
    row.cells["`FetchSignIn`"] = () => signIn(here, (...where) => running.worker(program, "FetchSignIn", ...where))
    return row
  }
  const run = [program, ...engine.run]
  row.cells["`@le-auth/server`"] = async () => {
    for (const name of ["@le-auth/server, own", "@le-auth/server, node:http"] as const) {
      await signIn(here, (...where) => running.application(run, name, ...where), withoutEffect)
    }
  }
  for (const name of ["FetchSignIn", "NodeServerSignIn"] as const) {
    row.cells[`\`${name}\``] = () => signIn(here, (...where) => running.application(run, name, ...where))
  }
  row.cells["`le-auth sentinel start`"] = () =>
    signIn(run, (...where) => running.application(here, "NodeServerSignIn", ...where))
  return row
}

const rows = [...engines.engines.map(rowOf), ...browsers]
const wanted = process.argv.slice(2).filter((each) => !each.startsWith("--"))
const unknown = wanted.filter((each) => !rows.some(({ name }) => name.startsWith(each)))
if (unknown.length > 0) {
  throw new Error(`Nothing is called ${unknown.join(" or ")}. Choose of ${rows.map(({ name }) => name).join(", ")}.`)
}
const chosen = rows.filter(({ name }) => wanted.length === 0 || wanted.some((each) => name.startsWith(each)))

engines.install()
const { failures, found } = await table.run(chosen, (line) => console.log(line))
const text = fs.readFileSync(readme, "utf8")
if (failures.length > 0) {
  console.error(failures.join("\n"))
  process.exitCode = 1
} else if (wanted.length > 0 || leftOut().length > 0) console.log("The table is of all of them, so it is not compared.")
else if (process.argv.includes("--write")) fs.writeFileSync(readme, table.write(text, found))
else {
  const problems = table.compare(text, found)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) {
    console.error("README.md tells something else. If that is out of date: npm run runtimes -- --write")
    process.exitCode = 1
  }
}
