import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "fast-check"
import * as BoundedJson from "../../src/internal/input/BoundedJson.ts"

/** What a piece must not be cut in: escapes, and runs of reverse solidi of any length. */
const parts = ["a", "\\\\", "\\\\\\\\", '\\"', "\\n", "\\u0061", "\\ud83d\\udd11", "\ufdfa", "\u{1f511}"]

describe("a long text", () => {
  it.effect("S23: is what JSON.parse makes of it, wherever it is cut", () =>
    Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(
          FastCheck.array(FastCheck.constantFrom(...parts), { minLength: 1, maxLength: 12 }),
          FastCheck.nat(40),
          async (some, offset) => {
            const once = some.join("")
            const literal = `"${"x".repeat(offset)}${once.repeat(Math.ceil(150_000 / once.length))}"`
            const read = Effect.runPromise(Effect.result(BoundedJson.parse(literal)))
            const found = await read
            assert.isTrue(found._tag === "Success" && found.success === JSON.parse(literal))
          }
        ),
        { numRuns: 200 }
      )
    )
  )

  it.effect("S23: with a wrong escape in any piece is refused", () =>
    Effect.gen(function* () {
      for (const at of [10, 65_535, 65_536, 65_537, 65_541, 140_000]) {
        const text = `{"a": "${"x".repeat(at)}\\x${"x".repeat(150_000 - at)}"}`
        const { problems } = yield* Effect.flip(BoundedJson.parse(text))
        assert.include(problems[1], "invalid escape or character in string")
      }
    })
  )

  it.effect("S23: cannot be a property name", () =>
    Effect.gen(function* () {
      const { problems } = yield* Effect.flip(BoundedJson.parse(`{"${"x".repeat(70_000)}": 1}`))
      assert.include(problems[1], "a property name is longer than 64 KiB")
    })
  )
})
