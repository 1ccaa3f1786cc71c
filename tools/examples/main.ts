// `npm run examples`: the applications of examples/, each as somebody gets it, with the packed packages in a folder of
// its own, built, started, and asked for all that le-auth is for (Table.ts), against the local Sentinel. `npm run
// frameworks` also tries all development servers. A word picks one: `npm run examples -- next`.
// @effect-diagnostics globalFetch:off
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { after, before, describe, it } from "node:test"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

import { freePort } from "../free-port.ts"
import { tarballs } from "../tarballs.ts"
import { startApi } from "./Api.ts"
import { examples, type Example } from "./examples.ts"
import * as Program from "./Program.ts"
import { whole } from "./Table.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
/** In milliseconds. It ends what hangs, and is far from what a busy machine needs. */
const patience = 900_000

const { values: options, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: { development: { type: "boolean", default: false } }
})
if (!chosen.every((name) => Object.hasOwn(examples, name))) {
  console.error(`usage: npm run examples -- ${Object.keys(examples).join("|")}`)
  process.exit(2)
}

/** As the pages show them. */
const settings = Object.fromEntries(
  [...readFileSync(path.join(root, "examples/settings.sh"), "utf8").matchAll(/^export (\w+)=(.*)$/gm)].map(
    ([, name = "", value = ""]) => [name, value]
  )
)

/** Outside of the repository, whose packages would be there for an example that has not listed them. */
let folder: string
let sentinel: Awaited<ReturnType<typeof startSentinel>>

const install = (into: string, packages: ReadonlyArray<string>) =>
  Program.run(into, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...packages)

/** The packed packages that an example lists. */
const listed = (name: string) => {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, "examples", name, "package.json"), "utf8"))
  return tarballs().filter((file) =>
    Object.keys(dependencies).some((each) => path.basename(file).startsWith(`${each.slice(1).replace("/", "-")}-`))
  )
}

/** The command, with its built-in account: its applications are on any port. */
async function startSentinel() {
  const into = mkdtempSync(path.join(folder, "sentinel-"))
  writeFileSync(path.join(into, "package.json"), JSON.stringify({ private: true }))
  await install(
    into,
    tarballs().filter((file) => file.includes("le-auth-cli-"))
  )
  const url = `http://127.0.0.1:${await freePort()}`
  const flags = ["--port", new URL(url).port, "--no-control", "--point", "anyPortOnLocalhost=true"]
  const isReady = async () => (await fetch(`${url}/health/ready`)).ok
  const { stop } = await Program.start(into, ["npx", "le-auth", "sentinel", "start", ...flags], {}, isReady)
  return { url, stop }
}

async function installed(name: string) {
  const into = path.join(folder, name)
  cpSync(path.join(root, "examples", name), into, {
    recursive: true,
    filter: (file) => path.basename(file) !== "node_modules"
  })
  await install(into, listed(name))
  return into
}

/**
 * Runs the whole table on an example with the settings of examples/settings.sh, but for the ports.
 * @param script of its package.json, which starts it
 * @param change what happens to it in between; it gets what starts it again
 */
async function serving(
  into: string,
  { example, script, store }: { example: Example; script: string; store: string },
  change: (restart: () => Promise<void>) => Promise<string>
) {
  const origin = `http://localhost:${await freePort()}`
  const api = await startApi(sentinel.url)
  const env = {
    ...settings,
    PORT: new URL(origin).port,
    LE_AUTH_DOMAIN_API: api.url,
    LE_AUTH_REDIRECT_URI: `${origin}/auth/callback`,
    LE_AUTH_STORE: store,
    LE_AUTH_SEAL_KEYS: randomBytes(32).toString("base64"),
    ...example.env?.(origin)
  }
  const isReady = async () => (await fetch(origin)).ok
  const programs: Array<Program.Started> = []
  const start = async () => void programs.push(await Program.start(into, ["npm", "run", script], env, isReady))
  const stop = async () => programs.at(-1)?.stop()
  const restart = async () => {
    await stop()
    await start()
  }
  const said = () => programs.map(({ output }) => output()).join("\n")
  try {
    await start()
    await whole({ example, origin, api, change: () => change(restart) })
    // Such as that of two memory stores, where a framework has two of a module.
    const warnings = said()
      .split("\n")
      .filter((line) => /\b(?:warn|error)/i.test(line))
    const complaints = programs.flatMap((program) => program.complaints().split("\n"))
    const isExpected = (line: string) => line.trim() === "" || example.says?.some((expected) => expected.test(line))
    assert.deepEqual(
      [...warnings, ...complaints].filter((line) => !isExpected(line)),
      []
    )
  } catch (error) {
    throw new Error(`npm run ${script} failed, and said:\n${said()}`, { cause: error })
  } finally {
    await stop()
    api.stop()
  }
}

const edit = (file: string, change: (text: string) => string) => {
  const before = readFileSync(file, "utf8")
  assert.notEqual(change(before), before)
  writeFileSync(file, change(before))
}

async function attempt(name: string, example: Example) {
  const into = await installed(name)
  const database = `sqlite:${path.join(into, "le-auth.db")}`
  await Program.run(into, "npm", "run", "build")
  await serving(into, { example, script: "start", store: database }, async (restart) => {
    await restart()
    return "Hello"
  })
  const { always = false, restarts = false } = example.development
  if (!always && !options.development) return
  const { auth, page } = example.files
  await serving(into, { example, script: "dev", store: restarts ? database : "memory:" }, async () => {
    edit(path.join(into, auth), (text) => `${text}\nexport const isEdited = true\n`)
    edit(path.join(into, page), (text) => text.replaceAll("Hello", "Good morning"))
    return "Good morning"
  })
}

// So that the programs end with us.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130))

// Two at a time, as there are at least two cores, and installing waits for the network.
describe("the examples", { concurrency: 2 }, () => {
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "le-auth-examples-"))
    sentinel = await startSentinel()
  })
  after(async () => {
    await sentinel?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const [name, example] of Object.entries(examples)) {
    if (chosen.length === 0 || chosen.includes(name)) it(name, { timeout: patience }, () => attempt(name, example))
  }
})
