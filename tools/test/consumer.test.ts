// What is published, as somebody gets it: the packed packages in a project outside of the workspace. The README's code
// compiles there, and a sign-in runs.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { afterAll, assert, beforeAll, describe, it } from "vitest"

import { installIn, runIn } from "../outside.ts"
import { admitted, packages as workspace } from "../PublicSurface.ts"
import { tarballs } from "../tarballs.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const packages = ["core", "node", "browser", "page", "web", "sentinel", "server", "emulator", "testing"]
const libraries = tarballs().filter((file) => file.includes(`${path.sep}packages${path.sep}`))
const { devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"))
let project = ""

const run = (command: string, args: string[], cwd: string = project) => runIn(cwd, command, ...args)

/** The README's TypeScript. */
const readme = () =>
  [...readFileSync(path.join(root, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(
    (match) => match[1] ?? ""
  )

const program = `
import * as TestClock from "effect/testing/TestClock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Sessions from "@le-auth/core/Sessions"
import * as SignIn from "@le-auth/core/SignIn"
import * as TestSentinel from "@le-auth/testing/TestSentinel"
import * as TestSignIn from "@le-auth/testing/TestSignIn"

const program = Effect.gen(function* () {
  const started = yield* SignIn.start({ returnTo: "/inbox" })
  const callback = yield* TestSentinel.approve(started.url)
  const { returnTo, session } = yield* SignIn.complete(SignIn.callback(callback, started.binding))
  const before = yield* Sessions.accessToken(session.key)
  yield* TestClock.adjust("1 hour")
  const after = yield* Sessions.accessToken(session.key)
  return [returnTo, session.key.subject, Redacted.value(before) !== Redacted.value(after)].join(" ")
})

console.log(await Effect.runPromise(program.pipe(Effect.provide([TestSignIn.layer, TestClock.layer()]))))
`

describe("the packed packages", () => {
  beforeAll(() => {
    project = mkdtempSync(path.join(tmpdir(), "le-auth-consumer-"))
    writeFileSync(path.join(project, "package.json"), JSON.stringify({ type: "module", private: true }))
    const peers = ["effect", "@effect/vitest", "vitest", "typescript", "@types/node"]
    const wanted = peers.map((name) => `${name}@${devDependencies[name]}`)
    installIn(project, ...libraries, ...wanted)
  }, 300_000)

  afterAll(() => rmSync(project, { recursive: true, force: true }))

  it("share one effect", () => {
    const found = run("npm", ["ls", "effect", "--all", "--parseable"]).trim().split("\n")
    assert.deepStrictEqual(found, [path.join(project, "node_modules", "effect")])
  })

  it("compile the README's code", { timeout: 60_000 }, () => {
    readme().forEach((code, index) => writeFileSync(path.join(project, `readme${index}.ts`), code))
    writeFileSync(path.join(project, "program.ts"), program)
    writeFileSync(
      path.join(project, "tsconfig.json"),
      JSON.stringify({
        include: ["*.ts"],
        compilerOptions: {
          target: "ES2022",
          module: "NodeNext",
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: true,
          noEmit: true,
          lib: ["ES2023", "DOM", "DOM.Iterable"],
          types: ["node"]
        }
      })
    )
    run(path.join(project, "node_modules", ".bin", "tsc"), ["-p", "."])
  })

  it("run a sign-in and refresh an hour later", { timeout: 60_000 }, () => {
    assert.strictEqual(run(process.execPath, ["program.ts"]).trim().split("\n").at(-1), "/inbox 3552833710 true")
  })

  it("let out what the sources say, and nothing else", { timeout: 60_000 }, () => {
    const script = `
      import fs from "node:fs"
      import path from "node:path"
      const result = {}
      for (const name of ${JSON.stringify(packages)}) {
        const open = []
        const refused = new Set()
        for (const file of fs.globSync("**/*.{js,cjs}", { cwd: path.join("node_modules/@le-auth", name, "dist") })) {
          const module = file.replaceAll(path.sep, "/").replace(/\\.c?js$/, "")
          try {
            import.meta.resolve("@le-auth/" + name + "/" + module)
            open.push(module)
          } catch (error) {
            refused.add(error.code)
          }
        }
        const inside = await import("@le-auth/" + name + "/index").catch((error) => error.code)
        result[name] = { open: open.sort(), refused: [...refused], inside }
      }
      console.log(JSON.stringify(result))`
    const expected = workspace(root).map((each) => [
      each.folder,
      {
        open: admitted(each),
        refused: ["ERR_PACKAGE_PATH_NOT_EXPORTED"],
        inside: "ERR_PACKAGE_PATH_NOT_EXPORTED"
      }
    ])
    const found: unknown = JSON.parse(run(process.execPath, ["--input-type=module", "-e", script]))
    assert.deepStrictEqual(found, Object.fromEntries(expected))
  })

  it("J2: load without a network, a file, a timer or a global", { timeout: 60_000 }, () => {
    const modules = packages.filter((name) => name !== "testing").map((name) => `@le-auth/${name}`)
    const script = `
      const before = new Set(Object.getOwnPropertyNames(globalThis))
      for (const name of ${JSON.stringify(modules)}) await import(name)
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name))
      const busy = process.getActiveResourcesInfo().filter((kind) => !/^(TTY|Pipe|FSReq|CloseReq|Immediate)/.test(kind))
      console.log(JSON.stringify({ added, busy }))`
    assert.deepStrictEqual(JSON.parse(run(process.execPath, ["--input-type=module", "-e", script])), {
      added: [],
      busy: []
    })
  })
})

describe("R-F5: the contracts, from the packed packages, without a test runner's packages", () => {
  let folder = ""

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "le-auth-contracts-"))
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ type: "module", private: true }))
    const needed = libraries.filter((file) => /-(?:core|sentinel|testing)-/.test(path.basename(file)))
    const wanted = [...needed, `effect@${devDependencies["effect"]}`]
    installIn(folder, ...wanted)
  }, 300_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("check runs under node:test", { timeout: 60_000 }, () => {
    assert.isFalse(existsSync(path.join(folder, "node_modules", "vitest")))
    assert.isFalse(existsSync(path.join(folder, "node_modules", "@effect", "vitest")))
    const page = readFileSync(path.join(root, "docs", "custom-adapter.md"), "utf8")
    const documented = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].find(([, code]) => code?.includes('"node:test"'))
    writeFileSync(path.join(folder, "store.test.mjs"), documented?.[1] ?? "")
    const report = run(process.execPath, ["--test", "--test-reporter=tap", "store.test.mjs"], folder)
    assert.match(report, /^# pass 1$/m)
  })
})
