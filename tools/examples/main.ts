// `npm run examples`: the applications of examples/, each as somebody gets it, with the packed packages in a folder of
// its own, and a sign-in to it against the local Sentinel. A word picks one: `npm run examples -- next`.
// @effect-diagnostics globalFetch:off
import assert from "node:assert/strict"
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { after, before, describe, it } from "node:test"
import { fileURLToPath } from "node:url"

import { freePort } from "../free-port.ts"
import { tarballs } from "../tarballs.ts"
import { digest, startApi } from "./Api.ts"
import { Browser } from "./Browser.ts"
import * as Program from "./Program.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
/** In milliseconds. It ends what hangs, and is far from what a busy machine needs. */
const patience = 900_000
const conversations = "msgHist/messaging_history/api/account/12345678/conversations/search"
const user = "Hello 3552833710"

/** Outside of the repository, whose packages would be there for an example that has not listed them. */
let folder: string
let sentinel: Awaited<ReturnType<typeof startSentinel>>
let api: Awaited<ReturnType<typeof startApi>>

const install = (into: string, packages: ReadonlyArray<string>) =>
  Program.run(into, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...packages)

/** The packed packages that an example lists. */
const listed = (example: string) => {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, "examples", example, "package.json"), "utf8"))
  return tarballs().filter((file) =>
    Object.keys(dependencies).some((name) => path.basename(file).startsWith(`${name.slice(1).replace("/", "-")}-`))
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

async function installed(example: string) {
  const into = path.join(folder, example)
  cpSync(path.join(root, "examples", example), into, { recursive: true })
  await install(into, listed(example))
  return into
}

/**
 * Runs an example with the settings of its README, but for the ports.
 * @param script of its package.json
 */
async function serving(into: string, script: string, use: (browser: Browser) => Promise<void>) {
  const origin = `http://localhost:${await freePort()}`
  const env = {
    PORT: new URL(origin).port,
    LE_AUTH_DOMAIN_API: api.url,
    LE_AUTH_ACCOUNT_ID: "12345678",
    LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
    LE_AUTH_CLIENT_SECRET: "development-only-secret",
    LE_AUTH_REDIRECT_URI: `${origin}/callback`
  }
  const isReady = async () => (await fetch(origin)).ok
  const { output, stop } = await Program.start(into, ["npm", "run", script], env, isReady)
  try {
    await use(new Browser(origin))
    // Such as that of two memory stores, where a framework has two of a module.
    assert.doesNotMatch(output(), /WARN|ERROR/)
  } catch (error) {
    throw new Error(`The example failed, and said:\n${output()}`, { cause: error })
  } finally {
    await stop()
  }
}

/**
 * From a stranger to a session.
 * @param base where the routes are
 */
async function signIn(browser: Browser, base: string) {
  assert.match((await browser.visit("/")).text, /Hello stranger/)
  const home = await browser.signIn(`${base}/login?returnTo=/?welcome`)
  assert.equal(home.status, 200, home.text)
  assert.match(home.url, /\/\?welcome$/)
  assert.match(home.text, new RegExp(user))
}

const session = async (browser: Browser, base: string): Promise<any> => (await browser.send(`${base}/session`)).json()

/** A call of a page, with a body. Gives what LivePerson got. */
async function call(browser: Browser, base: string, init: RequestInit) {
  const answer = await browser.call(`${base}/liveperson/${conversations}`, init)
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  assert.ok(reader)
  const first = await reader.read()
  assert.equal(answer.status, 200, first.value)
  // The rest has not been sent yet.
  assert.equal(first.value, "the beginning, ")
  const arrived = api.calls.at(-1)
  assert.ok(arrived)
  return { arrived, reader }
}

/** The same, to the end of the answer. */
async function wholeCall(browser: Browser, base: string, init: RequestInit) {
  const { arrived, reader } = await call(browser, base, init)
  arrived.finish()
  assert.equal((await reader.read()).value, "the end")
  assert.equal((await reader.read()).done, true)
  return arrived
}

const mebibyte = new Uint8Array(1024 * 1024).map((_, index) => index % 251)

/** The same bytes, in parts and without a length. */
const chunked = () => new Blob([mebibyte]).stream()

/** All that an application has of le-auth. */
async function whole(browser: Browser, base: string) {
  await signIn(browser, base)
  const { expiresAt, verified } = await session(browser, base)
  assert.equal(verified, true)

  const empty = await wholeCall(browser, base, { body: "" })
  assert.equal(empty.body, digest(new Uint8Array()))
  const large = await wholeCall(browser, base, { body: mebibyte })
  assert.equal(large.body, digest(mebibyte))

  // What came within the last seconds is not refreshed.
  await Program.until("the token is new", async () => {
    assert.equal((await browser.call(`${base}/session/refresh`)).status, 200)
    return (await session(browser, base)).expiresAt > expiresAt
  })
  const inParts = await wholeCall(browser, base, { body: chunked(), duplex: "half" } as RequestInit)
  assert.equal(inParts.body, digest(mebibyte))
  assert.notEqual(inParts.authorization, large.authorization, "The token is that of before the refresh.")

  const left = await call(browser, base, { body: "{}" })
  await left.reader.cancel()
  // It never gets its end: the client that asked for it has gone.
  await left.arrived.closed

  assert.equal((await browser.call(`${base}/sign-out`)).status, 204)
  assert.deepEqual(await session(browser, base), { signedIn: false })
  assert.match((await browser.visit("/")).text, /Hello stranger/)
}

/** An example that npm installs, a script of it checks or builds, and `npm start` starts. */
const server = (name: string, script: string) => async () => {
  const into = await installed(name)
  await Program.run(into, "npm", "run", script)
  await serving(into, "start", (browser) => whole(browser, ""))
}

async function next() {
  const into = await installed("next")
  await Program.run(into, "npm", "run", "build")
  await serving(into, "start", (browser) => whole(browser, "/auth"))
  await serving(into, "dev", async (browser) => {
    await signIn(browser, "/auth")
    // The page has said so; a route of the application's own, and that of le-auth, say the same.
    assert.match(await (await browser.send("/me")).text(), /"signedIn":true/)
    assert.equal((await session(browser, "/auth")).signedIn, true)
    edit(path.join(into, "app", "greeting.ts"), "Hello", "Good morning")
    edit(path.join(into, "signIn.ts"), "export const {", "export const isEdited = true\nexport const {")
    const page = async () => (await browser.visit("/")).text
    await Program.until("the page is new", async () => (await page()).includes("Good morning"))
    assert.match(await page(), /Good morning 3552833710/)
    assert.equal((await session(browser, "/auth")).signedIn, true)
  })
}

const examples: Record<string, () => Promise<void>> = {
  express: server("express", "check"),
  fastify: server("fastify", "check"),
  nest: server("nest", "build"),
  next
}
const [chosen] = process.argv.slice(2)
if (chosen !== undefined && !Object.hasOwn(examples, chosen)) {
  console.error(`usage: npm run examples -- ${Object.keys(examples).join("|")}`)
  process.exit(2)
}

const edit = (file: string, old: string, text: string) => {
  const before = readFileSync(file, "utf8")
  assert.ok(before.includes(old))
  writeFileSync(file, before.replace(old, text))
}

// So that the programs end with us.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130))

describe("the examples", () => {
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "le-auth-examples-"))
    sentinel = await startSentinel()
    api = await startApi(sentinel.url)
  })
  after(async () => {
    api?.stop()
    await sentinel?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const [name, example] of Object.entries(examples)) {
    if (chosen === undefined || chosen === name) it(name, { timeout: patience }, example)
  }
})
