import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"

/** Builds memory stores one beside another, in a process of its own that loads each module twice; what it logged. */
const logOf = (store: string, environment: Record<string, string> = {}) => {
  const program = `
    import * as Effect from "effect/Effect"
    import * as Layer from "effect/Layer"
    const address = import.meta.resolve("@le-auth/core/${store}")
    const [one, other] = [await import(address), await import(address + "?copy")]
    const build = ({ layerMemory }) => Layer.build(layerMemory)
    await Effect.runPromise(Effect.scoped(build(one)))
    console.log("one after another")
    await Effect.runPromise(Effect.scoped(build(other)))
    console.log("one beside another")
    await Effect.runPromise(Effect.scoped(Effect.andThen(build(one), build(other))))`
  const words = ["--no-warnings", "--conditions=@le-auth/source", "--input-type=module", "-e", program]
  return execFileSync(process.execPath, words, {
    encoding: "utf8",
    cwd: import.meta.dirname,
    env: { PATH: process.env["PATH"], ...environment }
  })
}

describe("a memory store", () => {
  for (const store of ["SessionStore", "TransactionStore"]) {
    it(`warns if a process has a second ${store} at the same time`, () => {
      const [before = "", after = ""] = logOf(store).split("one beside another")
      assert.notInclude(before, "WARN")
      assert.include(after, "WARN")
      assert.include(after, `This process has 2 of ${store}.layerMemory`)
      assert.include(after, "toWebHandler(services, { once })")
    })
  }

  it("says nothing in tests, which build many on purpose", () => {
    for (const environment of [{ NODE_ENV: "test" }, { NODE_TEST_CONTEXT: "child-v8" }]) {
      assert.notInclude(logOf("SessionStore", environment), "WARN")
    }
  })
})
