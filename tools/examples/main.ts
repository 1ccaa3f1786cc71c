// `npm run examples`: the applications of examples/, each as somebody gets it, with the packed packages in a folder of
// its own, built, started, and asked for all that le-auth is for (Table.ts), against the local Sentinel; and the tests
// of examples/testing, each with its runner (runners.ts). `npm run frameworks` also tries all development servers. A
// word picks one: `npm run examples -- next`.
// @effect-diagnostics globalFetch:off
import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { after, before, describe, it } from "node:test"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

import { executable } from "../chromium.ts"
import { freePort } from "../free-port.ts"
import { tarballs } from "../tarballs.ts"
import { startApi } from "./Api.ts"
import { behindFront, examples, fronts, type Example } from "./examples.ts"
import * as Program from "./Program.ts"
import { attempt as attemptRunner, installation, runners } from "./runners.ts"
import { whole } from "./Table.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
/** In milliseconds. It ends what hangs, and is far from what a busy machine needs. */
const patience = 900_000

const { values: options, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: { development: { type: "boolean", default: false } }
})
const names = [...Object.keys(examples), ...(options.development ? ["page"] : Object.keys(runners))]
if (!chosen.every((name) => names.includes(name))) {
  console.error(`usage: npm run ${options.development ? "frameworks" : "examples"} -- ${names.join("|")}`)
  process.exit(2)
}

const isChosen = (name: string) => chosen.length === 0 || chosen.includes(name)

/** As the pages show them. */
const settings = Object.fromEntries(
  [...readFileSync(path.join(root, "examples/settings.sh"), "utf8").matchAll(/^export (\w+)=(.*)$/gm)].map(
    ([, name = "", value = ""]) => [name, value]
  )
)

/** Outside of the repository, whose packages would be there for an example that has not listed them. */
let folder: string
let sentinel: Awaited<ReturnType<typeof startSentinel>> | undefined

const install = (into: string, packages: ReadonlyArray<string>) =>
  Program.run(into, ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...packages], installation)

/** The packed packages that an example lists. */
const listed = (name: string) => {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(
    readFileSync(path.join(root, "examples", name, "package.json"), "utf8")
  )
  return tarballs().filter((file) =>
    Object.keys({ ...dependencies, ...devDependencies }).some((each) =>
      path.basename(file).startsWith(`${each.slice(1).replace("/", "-")}-`)
    )
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

/** Each time in a folder of its own. */
async function installed(name: string) {
  const into = mkdtempSync(path.join(folder, `${path.basename(name)}-`))
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
  {
    example,
    origin,
    script,
    store,
    front
  }: {
    example: Example
    origin: string
    script: string
    store: string
    /** A development server before it, which then has the origin. */
    front?: { into: string; script: string } | undefined
  },
  change: (restart: () => Promise<void>) => Promise<string>
) {
  assert.ok(sentinel)
  const api = await startApi(sentinel.url)
  const own = front === undefined ? origin : await freeOrigin()
  const env = {
    ...settings,
    PORT: new URL(own).port,
    LE_AUTH_DOMAIN_API: api.url,
    LE_AUTH_REDIRECT_URI: `${origin}/auth/callback`,
    LE_AUTH_STORE: store,
    LE_AUTH_SEAL_KEYS: randomBytes(32).toString("base64"),
    ...example.env?.(origin)
  }
  const programs: Array<Program.Started> = []
  const starting = async (at: string, command: string, settings: Record<string, string>, address: string) =>
    programs.push(await Program.start(at, ["npm", "run", command], settings, async () => (await fetch(address)).ok))
  const start = async () => {
    await starting(into, script, env, own)
    if (front === undefined) return
    await starting(front.into, front.script, { PORT: new URL(origin).port, BACKEND: own }, origin)
  }
  const stop = () => Promise.all(programs.map((program) => program.stop()))
  const restart = async () => {
    await stop()
    await start()
  }
  const said = () => programs.map(({ output }) => output()).join("\n")
  try {
    await start()
    await whole({ example, origin, api, change: () => change(restart) })
    const harmless = (text: string) => (example.says ?? []).reduce((rest, words) => rest.replaceAll(words, ""), text)
    const warnings = harmless(said()).matchAll(/^.*\b(?:warn|error).*$/gim)
    const complaints = harmless(programs.map((program) => program.complaints()).join("\n")).matchAll(/^.*\S.*$/gm)
    // Such as that of two memory stores, where a framework has two of a module.
    assert.deepEqual(
      [...warnings, ...complaints].map(([line]) => line),
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

/** Express, with development servers before it. */
async function behindFronts() {
  const page = await installed("page")
  const into = await installed("express")
  await Program.run(into, ["npm", "run", "build"])
  for (const script of fronts) {
    const front = { into: page, script }
    const store = `sqlite:${path.join(into, "le-auth.db")}`
    await serving(
      into,
      { example: behindFront, origin: await freeOrigin(), script: "start", store, front },
      async (restart) => {
        await restart()
        return "Hello"
      }
    )
  }
}

const freeOrigin = async () => `http://localhost:${await freePort()}`

async function attempt(name: string, example: Example) {
  const into = await installed(name)
  const database = `sqlite:${path.join(into, "le-auth.db")}`
  const origin = await freeOrigin()
  await Program.run(into, ["npm", "run", "build"], example.env?.(origin))
  await serving(into, { example, origin, script: "start", store: database }, async (restart) => {
    await restart()
    return "Hello"
  })
  const { always = false, restarts = false } = example.development
  if (!always && !options.development) return
  const { auth, page } = example.files
  const store = restarts ? database : "memory:"
  await serving(into, { example, origin: await freeOrigin(), script: "dev", store }, async () => {
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
    if ([...Object.keys(examples), "page"].some(isChosen)) sentinel = await startSentinel()
  })
  after(async () => {
    await sentinel?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const [name, example] of Object.entries(examples)) {
    if (isChosen(name)) it(name, { timeout: patience }, () => attempt(name, example))
  }
  if (options.development) {
    if (isChosen("page")) it("page", { timeout: patience }, behindFronts)
    return
  }
  for (const [name, runner] of Object.entries(runners)) {
    if (!isChosen(name)) continue
    it(`testing/${name}`, { timeout: patience }, async () => {
      await attemptRunner(await installed(`testing/${name}`), name, runner, executable)
    })
  }
})
