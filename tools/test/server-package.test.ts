// `@le-auth/server` as somebody gets it who has never heard of Effect: packed, in a project of its own.
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { afterAll, assert, beforeAll, describe, it } from "vitest"

import { importsOf, installedBundle } from "../installedBundle.ts"
import { installIn, runIn } from "../outside.ts"
import { tarballs } from "../tarballs.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const { devDependencies } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"))
/** The version that most programs with Effect have. */
const effect3 = "3.22.4"

const tarball = tarballs().find((file) => path.basename(file).startsWith("le-auth-server-")) ?? ""
let project = ""
let bundle: ReturnType<typeof installedBundle>

const run = (command: string, ...args: ReadonlyArray<string>) => runIn(project, command, ...args)

const write = (name: string, text: string | object) =>
  fs.writeFileSync(path.join(project, name), typeof text === "string" ? text : JSON.stringify(text))

/** The files that an entry reaches, also later. */
const reachedFrom = (entry: string) => {
  const texts = new Map(bundle.having(".js").map(({ name, text }) => [name, text]))
  const found = new Set([entry])
  for (const name of found) {
    for (const specifier of importsOf(texts.get(name) ?? "")) {
      if (specifier.startsWith(".")) found.add(path.posix.join(path.posix.dirname(name), specifier))
    }
  }
  return [...found].map((name) => ({ name, text: texts.get(name) ?? "" }))
}

beforeAll(() => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-server-"))
  bundle = installedBundle(project, "@le-auth/server")
  write("package.json", { type: "module", private: true })
  installIn(project, tarball)
}, 300_000)

afterAll(() => fs.rmSync(project, { recursive: true, force: true }))

describe("@le-auth/server, installed", () => {
  it("is one package of at most 6 MB, which needs no other", () => bundle.isAlone(6_000_000))

  it("imports itself and Node, and nothing for its effects alone", () => bundle.importsItself())

  it("has maps without the sources, readable code, and its entry is small", () => bundle.isReadable())

  it("loads what Node, an engine or a bridge needs when it is needed", () => {
    const script = `
      import { registerHooks } from "node:module"
      const loaded = []
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
      const { createLeAuth } = await import("@le-auth/server")
      const auth = createLeAuth({ env: {} })
      await new Promise((resolve) => setImmediate(resolve))
      console.log(JSON.stringify(loaded))`
    const loaded: Array<string> = JSON.parse(run(process.execPath, "--input-type=module", "-e", script))
    const late = loaded.filter((url) => /^node:|undici|[rR]edis|[sS]ql|PgClient|nodePlatform/.test(url))
    assert.deepStrictEqual(late, [])
    assert.isTrue(loaded.some((url) => url.endsWith("/server/dist/index.js")))
  })

  it("J2: has no keychain, browser, loopback receiver, session file or command line in it", () => {
    const sources = bundle.sourcesOf(bundle.having(".js"))
    const has = (pattern: RegExp) => sources.filter((source) => pattern.test(source))
    assert.isNotEmpty(has(/\/node\/src\/NodeServerSignIn\.ts$/))
    const desktop = /\/(?:Keychain|SystemBrowser|LoopbackReceiver|SessionFile|UserSealKey|NodeSignIn|keychain\w+)\.ts$/
    assert.deepStrictEqual(has(desktop), [])
    assert.deepStrictEqual(has(/\/node_modules\/effect\/(?:dist|src)\/cli\/|@effect\/cli|keyring/), [])
    assert.deepStrictEqual(has(/\/(?:sentinel|browser|page)\/src\//), [])
    for (const { name, text } of bundle.having(".js")) assert.notMatch(text, /child_process|@napi-rs/, name)
  })

  it("J2: has an entry for workers that reaches nothing of Node", () => {
    const { exports } = bundle.manifest()
    const { default: usual, edgeLight, worker, workerd } = { ...exports["."], edgeLight: exports["."]["edge-light"] }
    assert.deepStrictEqual(new Set([edgeLight, worker, workerd]).size, 1)
    const reached = reachedFrom(workerd.replace("./dist/", ""))
    assert.isAbove(reached.length, 2)
    for (const { name, text } of reached) {
      assert.deepStrictEqual(
        importsOf(text).filter((specifier) => !specifier.startsWith(".")),
        [],
        name
      )
      assert.notMatch(text, /process\.getBuiltinModule\(/, name)
    }
    assert.deepStrictEqual(
      bundle.sourcesOf(reached).filter((source) => /\/node\/src\/|platform-node|undici|redis|srvx/.test(source)),
      []
    )
    // The other entry does, so that the test above can see it.
    const node = bundle.sourcesOf(reachedFrom(usual.replace("./dist/", "")))
    for (const part of ["/node/src/", "/undici/", "/@redis/client/", "/srvx/"]) {
      assert.isTrue(
        node.some((source) => source.includes(part)),
        part
      )
    }
  })

  it("has the licence of each package that is in it", () =>
    bundle.hasLicences("effect", "undici", "@redis/client", "srvx"))

  it("has declarations that import one another, and name neither Effect nor Node", () =>
    bundle.declaresPlainly("index.d.ts", "check.d.ts", "LeAuth.d.ts", "Options.d.ts"))
})

const consumer = `
import { createLeAuth, isLeAuthError, LeAuthError, type CustomStores, type LeAuth, type Options } from "@le-auth/server"
import { checkStores, type Findings } from "@le-auth/server/check"

const options: Options = { store: "memory:", api: { accountConfigReadOnly: { paths: ["/api/account/{account}/a"] } } }
const auth: LeAuth = createLeAuth({ ...options, fetch: (input, init) => fetch(input, init) })

export const answer = async (request: Request): Promise<Response | Headers | string> => {
  const session = await auth.session(request)
  if (!session.signedIn) return auth.loginPath({ returnTo: "/" })
  const token: string = await auth.accessToken(session, { unless: "a" })
  const body = JSON.stringify({ token })
  const called = await auth.callApi(request, "service", "/path", { method: "POST", body, headers: { accept: "a/b" } })
  return called.ok ? called : auth.signOut({ headers: { cookie: "a=b" } }, { everywhere: true })
}
export const ended = async () => {
  await using other = createLeAuth()
  await other.ready
}
export const tagOf = (error: unknown) =>
  isLeAuthError(error) ? error._tag : error instanceof LeAuthError ? error.status : undefined
export const checked = (make: () => CustomStores): Promise<Findings> => checkStores({ make })
`

const nodeConsumer = `
import { createLeAuth } from "@le-auth/server"
import { createServer, type IncomingMessage } from "node:http"

const auth = createLeAuth()
export const servers = [
  createServer(auth.nodeHandler),
  createServer((request, response) => auth.nodeHandler(request, response, (error) => void error))
]
export const session = (request: IncomingMessage) => auth.session(request)
`

describe("beside effect 3 and a strict compiler", () => {
  beforeAll(() => {
    const wanted = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`)
    installIn(project, `effect@${effect3}`, ...wanted)
    write("consumer.ts", consumer)
    write("consumer.cts", consumer)
    write("node.ts", nodeConsumer)
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
      const isNodes = module === "nodenext"
      const files = ["consumer.ts", ...(isNodes ? ["consumer.cts"] : []), ...(types.length > 0 ? ["node.ts"] : [])]
      const checks = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true }
      write("tsconfig.json", {
        files,
        compilerOptions: { ...checks, target: "es2022", module, moduleResolution, lib, types }
      })
      run(path.join(project, "node_modules", ".bin", "tsc"), "-p", ".")
    }
  })

  it("tries stores without a test runner", { timeout: 60_000 }, () => {
    const stores = path.join(root, "packages", "server", "test", "MapStores.ts")
    const script = `
      import { checkStores } from "@le-auth/server/check"
      import { mapStores } from ${JSON.stringify(stores)}
      const good = await checkStores({ make: () => mapStores() })
      const forgetful = () => ({ ...mapStores(), transactions: { put: async () => {}, take: async () => undefined } })
      const bad = await checkStores({ make: forgetful })
      console.log(JSON.stringify({ good: good.violations, isBad: bad.violations.length > 0 }))`
    const found: unknown = JSON.parse(run(process.execPath, "--input-type=module", "-e", script))
    assert.deepStrictEqual(found, { good: [], isBad: true })
  })

  it("runs, also from CommonJS, and gives nothing of its own Effect", { timeout: 60_000 }, () => {
    const walker = path.join(root, "tools", "effect-values.ts")
    const script = `
      const { Effect } = require("effect")
      const { createLeAuth, isLeAuthError } = require("@le-auth/server")
      const main = async () => {
        const { effectValuesIn } = await import(${JSON.stringify(walker)})
        const imported = await import("@le-auth/server")
        const auth = createLeAuth({
          accountId: "12345678",
          clientId: "11111111-1111-4111-8111-111111111111",
          clientSecret: "development-only-secret",
          redirectUri: "http://localhost:3000/auth/callback",
          env: {}
        })
        await auth.ready
        const request = new Request("http://localhost:3000/auth/session", {
          headers: { "x-le-auth": "1", "sec-fetch-site": "same-origin" }
        })
        const answer = await auth.handler(request)
        const given = { auth, session: await auth.session(request), headers: await auth.signOut(request), answer }
        const error = await auth.accessToken(request).catch((error) => error)
        const inner = effectValuesIn({ ...given, error, own: { ...error } })
        const found = {
          three: await Effect.runPromise(Effect.map(Effect.succeed(2), (n) => n + 1)),
          answer: await answer.json(),
          tag: isLeAuthError(error) && error._tag,
          inner,
          seen: effectValuesIn([Effect.void]).length,
          one: imported.createLeAuth === createLeAuth
        }
        await auth.dispose()
        console.log(JSON.stringify(found))
      }
      main()`
    write("both.cjs", script)
    assert.deepStrictEqual(JSON.parse(run(process.execPath, "both.cjs")), {
      three: 3,
      answer: { signedIn: false },
      tag: "NotSignedIn",
      inner: [],
      seen: 1,
      one: true
    })
  })
})
