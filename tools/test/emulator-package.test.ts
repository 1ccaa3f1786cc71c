// `@le-auth/emulator` as somebody gets it who has never heard of Effect: packed, in a project of its own.
import { spawn } from "node:child_process"
import { once } from "node:events"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { afterAll, assert, beforeAll, describe, it } from "vitest"

import { installedBundle } from "../installedBundle.ts"
import { installIn, runIn } from "../outside.ts"
import { tarballs } from "../tarballs.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const { devDependencies } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"))
/** The version that most programs with Effect have. */
const effect3 = "3.22.4"

const tarball = tarballs().find((file) => path.basename(file).startsWith("le-auth-emulator-")) ?? ""
let project = ""
let bundle: ReturnType<typeof installedBundle>

const write = (name: string, text: string | object) =>
  fs.writeFileSync(path.join(project, name), typeof text === "string" ? text : JSON.stringify(text))

/** Runs a module, and gives all that it writes and how it ended. */
const run = async (...args: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, args, { cwd: project, stdio: ["ignore", "pipe", "pipe"] })
  const texts: Array<string> = []
  for (const output of [child.stdout, child.stderr]) output.setEncoding("utf8").on("data", (text) => texts.push(text))
  const [code] = await once(child, "close")
  return { code, text: texts.join("") }
}
const runText = (program: string) => run("--input-type=module", "-e", program)

beforeAll(() => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-emulator-"))
  bundle = installedBundle(project, "@le-auth/emulator")
  write("package.json", { type: "module", private: true })
  installIn(project, tarball)
}, 300_000)

afterAll(() => fs.rmSync(project, { recursive: true, force: true }))

describe("@le-auth/emulator, installed", () => {
  it("is one package of at most 5 MB, which needs no other", () => bundle.isAlone(5_000_000))

  it("imports itself and Node, and nothing for its effects alone", () =>
    bundle.importsItself({ "vitest.js": ["vitest"] }))

  it("has maps without the sources, readable code, and its entry is small", () => bundle.isReadable())

  it("has the licence of each package that is in it", () =>
    bundle.hasLicences("effect", "@effect/platform-node", "@peculiar/asn1-x509"))

  it("has declarations that import one another, and name neither Effect nor Node", () =>
    bundle.declaresPlainly("index.d.ts", "Emulator.d.ts", "Documents.d.ts", "Options.d.ts", "SentinelControl.d.ts"))

  it("loads Sentinel when one starts, and certificates when one is made", async () => {
    const { text } = await runText(`
      import { registerHooks } from "node:module"
      const loaded = []
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
      const { startSentinel } = await import("@le-auth/emulator")
      const before = loaded.splice(0)
      await using sentinel = await startSentinel()
      console.log(JSON.stringify({ before, after: loaded }))`)
    const { after, before } = JSON.parse(text)
    // The entry, and what it shares with the fixtures.
    assert.deepStrictEqual(
      before.map((url: string) => path.basename(url)),
      ["index.js", "Emulator.js"]
    )
    assert.isTrue(after.some((url: string) => url.endsWith("/internal/start.js")))
    assert.isFalse(after.some((url: string) => url.includes("certificates")))
  })

  it("has no SQL, command line and client of Redis in it, and asks no other program", () => {
    const sources = bundle.sourcesOf(bundle.having(".js"))
    const has = (pattern: RegExp) => sources.filter((source) => pattern.test(source))
    assert.isNotEmpty(has(/\/sentinel\/src\/ControlServer\.ts$/))
    assert.deepStrictEqual(
      has(/sql-pg|@redis|keyring|\/effect\/(?:dist|src)\/cli\/|\/(?:web|server|testing)\/src\//),
      []
    )
  })

  it("runs the first test of its page, with Node's own runner", async () => {
    fs.cpSync(path.join(root, "packages", "emulator", "test", "first"), project, { recursive: true })
    const { code, text } = await run("--test", "sign-in.test.js")
    assert.strictEqual(code, 0, text)
  })
})

describe("a process with it", () => {
  it("ends by itself, with Sentinels, connections and loops that nothing has stopped, and writes nothing", async () => {
    const { code, text } = await runText(`
      import { connectSentinel, startSentinel } from "@le-auth/emulator"
      const [one, other] = await Promise.all([startSentinel(), startSentinel({ tls: true })])
      const connected = await connectSentinel(one.control.url)
      await connected.token()
      await (await fetch(one.url + "/nothing")).text()
      await one.approve("https://example.com").catch(() => {})
      one.journal.follow()[Symbol.asyncIterator]().next()
      console.log("over")`)
    assert.deepStrictEqual({ code, text }, { code: 0, text: "over\n" })
  })

  it("ends with the error of a test that has failed and has stopped nothing", async () => {
    write(
      "failing.test.js",
      `import test from "node:test"
      import { startSentinel } from "@le-auth/emulator"
      test("fails", async () => {
        const sentinel = await startSentinel()
        await sentinel.token()
        throw new Error("as a test does")
      })`
    )
    const { code, text } = await run("--test", "failing.test.js")
    assert.strictEqual(code, 1, text)
    assert.include(text, "as a test does")
  })

  it("works where a test has replaced timers and fetch", async () => {
    write(
      "replaced.test.js",
      `import assert from "node:assert/strict"
      import test, { mock } from "node:test"
      import { startSentinel } from "@le-auth/emulator"
      test("replaced", async () => {
        await using sentinel = await startSentinel({ listen: false })
        mock.method(globalThis, "fetch", () => Promise.reject(new Error("replaced")))
        mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate"] })
        assert.ok((await sentinel.token()).access_token)
        await sentinel.reset()
        mock.timers.reset()
      })`
    )
    const { code, text } = await run("--test", "replaced.test.js")
    assert.strictEqual(code, 0, text)
  })

  it("shares the machine with others: two workers do not disturb each other", async () => {
    const worker = `
      import { startSentinel } from "@le-auth/emulator"
      await using sentinel = await startSentinel()
      await sentinel.clock.advance({ by: process.argv[1] })
      await sentinel.token()
      const { ahead } = await sentinel.clock.state()
      const { length } = await sentinel.journal.read({ about: "token" })
      console.log(JSON.stringify({ ahead, length }))`
    const all = await Promise.all(["1h", "2h", "3h"].map((by) => run("--input-type=module", "-e", worker, by)))
    assert.deepStrictEqual(
      all.map(({ text }) => JSON.parse(text)),
      ["1h", "2h", "3h"].map((ahead) => ({ ahead, length: 1 }))
    )
  })
})

const consumer = `
import { connectSentinel, EmulatorError, isEmulatorError, startSentinel, type Options, type Sentinel } from "@le-auth/emulator"

const options: Options = {
  dialect: "rfc",
  points: { accessTokenLifetime: "5 minutes" },
  services: { faasGW: "localhost:9000" },
  listen: { port: 4400 }
}

export const answer = async (url: URL): Promise<string> => {
  await using sentinel: Sentinel = await startSentinel(options)
  await sentinel.faults.add({ match: { route: "refresh", nth: 3 }, action: { type: "too-many-requests", retry_after: 7 } })
  await sentinel.clock.advance({ by: "8h" })
  for await (const { outcome } of sentinel.journal.follow({ about: "agent@example.com" })) if (outcome === "ok") break
  const { access_token }: { access_token: string } = await sentinel.token({ user: "admin@example.com" })
  const response: Response = await sentinel.fetch(new URL("/", sentinel.url), { headers: { authorization: access_token } })
  await sentinel.control.accounts.addUser({ accountId: "12345678", id: "1", email: "a@example.com", password: "a" })
  return response.ok ? sentinel.deny(url, { error: "access_denied" }) : sentinel.approve(url, { user: "1" })
}
export const elsewhere = async (): Promise<void> => (await connectSentinel("http://localhost:4402", { token: "a" })).reset()
export const codeOf = (error: unknown) =>
  isEmulatorError(error) ? error.code : error instanceof EmulatorError ? error.problems : undefined
`

describe("beside effect 3 and a strict compiler", () => {
  beforeAll(() => {
    const wanted = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`)
    installIn(project, `effect@${effect3}`, ...wanted)
    write("consumer.ts", consumer)
    write("consumer.cts", consumer)
  }, 300_000)

  it.each([
    ["ES2022 and DOM", ["ES2022", "DOM"], []],
    ["ES2022, DOM and Node", ["ES2022", "DOM"], ["node"]],
    ["ES2024 and Node", ["ES2024"], ["node"]]
  ])("compiles with %s", { timeout: 120_000 }, (_, lib, types) => {
    for (const [module, moduleResolution] of [
      ["nodenext", "nodenext"],
      ["esnext", "bundler"]
    ] as const) {
      const files = ["consumer.ts", ...(module === "nodenext" ? ["consumer.cts"] : [])]
      const checks = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true }
      write("tsconfig.json", {
        files,
        compilerOptions: { ...checks, target: "es2022", module, moduleResolution, lib, types }
      })
      runIn(project, path.join(project, "node_modules", ".bin", "tsc"), "-p", ".")
    }
  })

  it("runs, also from CommonJS, and gives nothing of its own Effect", { timeout: 60_000 }, () => {
    const walker = path.join(root, "tools", "effect-values.ts")
    write(
      "both.cjs",
      `
      const { Effect } = require("effect")
      const { isEmulatorError, startSentinel } = require("@le-auth/emulator")
      const main = async () => {
        const { effectValuesIn } = await import(${JSON.stringify(walker)})
        const imported = await import("@le-auth/emulator")
        const sentinel = await startSentinel()
        const error = await sentinel.approve("nowhere").catch((error) => error)
        const token = await sentinel.token()
        const given = { sentinel, token, entries: await sentinel.journal.read(), snapshot: await sentinel.control.state.take() }
        const found = {
          three: await Effect.runPromise(Effect.map(Effect.succeed(2), (n) => n + 1)),
          code: isEmulatorError(error) && error.code,
          inner: effectValuesIn({ ...given, error, own: { ...error } }),
          seen: effectValuesIn([Effect.void]).length,
          one: imported.startSentinel === startSentinel
        }
        await sentinel.stop()
        console.log(JSON.stringify(found))
      }
      main()`
    )
    assert.deepStrictEqual(JSON.parse(runIn(project, process.execPath, "both.cjs")), {
      three: 3,
      code: "InvalidChange",
      inner: [],
      seen: 1,
      one: true
    })
  })
})
