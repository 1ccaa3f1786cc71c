/** What needs no vitest, in processes that have none. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"

const folder = new URL("../build/runners/", import.meta.url)
mkdirSync(folder, { recursive: true })

/** A process in which the packages of vitest cannot be found, as where they are not installed. */
const withoutVitest = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module"
  registerHooks({
    resolve: (specifier, context, next) => {
      if (/^(@effect\\/)?vitest(\\/|$)/.test(specifier)) throw new Error(specifier + " is not installed")
      return next(specifier, context)
    }
  })`)}`

const run = (name: string, code: string, flags: ReadonlyArray<string> = []): string => {
  const file = new URL(name, folder)
  writeFileSync(file, code)
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env
  const words = ["--no-warnings", "--conditions=@le-auth/source", "--import", withoutVitest, ...flags, file.pathname]
  try {
    return execFileSync(process.execPath, words, { encoding: "utf8", stdio: "pipe", env })
  } catch (error) {
    const { stderr, stdout } = error as { readonly stdout: string; readonly stderr: string }
    throw new Error(`${stdout}${stderr}`, { cause: error })
  }
}

/** The block of docs/custom-adapter.md that is for `node:test`. */
const documented = [
  ...readFileSync(new URL("../../../docs/custom-adapter.md", import.meta.url), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)
].flatMap(([, code]) => (code!.includes('"node:test"') ? [code!] : []))

describe("without vitest", () => {
  it("the block of docs/custom-adapter.md passes under node:test", () => {
    assert.lengthOf(documented, 1)
    const report = run("documented.ts", documented[0]!, ["--test", "--test-reporter=tap"])
    assert.match(report, /^# pass 1$/m, report)
    assert.match(report, /^# fail 0$/m, report)
  })

  it("and fails for a store that keeps what it gave", () => {
    const broken = documented[0]!.replace(
      /^import .*TransactionStore".*$/m,
      `import { TransactionStore } from "@le-auth/core/TransactionStore"
       import * as Layer from "effect/Layer"
       import * as Option from "effect/Option"
       const layerTest = Layer.sync(TransactionStore, () => {
         const records = new Map()
         return {
           put: (id, record) => Effect.sync(() => void records.set(id, record)),
           take: (id) => Effect.sync(() => Option.fromUndefinedOr(records.get(id)))
         }
       })`
    )
    assert.throws(() => run("broken.mjs", broken, ["--test", "--test-reporter=tap"]), /exactly one gets the record/)
  })

  it("every module loads but those that register tests", () => {
    const modules = readdirSync(new URL("../src", import.meta.url)).flatMap((file) =>
      file.endsWith(".ts") && file !== "index.ts" ? [file.slice(0, -3)] : []
    )
    const code = `
      const refused = []
      await import("@le-auth/testing")
      for (const name of ${JSON.stringify(modules)}) {
        await import("@le-auth/testing/" + name).catch(({ message }) => refused.push([name, message]))
      }
      console.log(JSON.stringify(refused))`
    assert.deepStrictEqual(
      JSON.parse(run("modules.mjs", code)),
      modules.filter((name) => name.endsWith("Suite")).map((name) => [name, "@effect/vitest is not installed"])
    )
    assert.include(modules, "SessionStoreSuite")
  })
})
