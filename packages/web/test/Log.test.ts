import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import * as Strangers from "../src/internal/strangers.ts"

describe("what strangers cause", () => {
  it.effect("J4: is one warning at once, and one a minute with the number, as long as there is any", () => {
    const lines: Array<readonly [string, string]> = []
    const logger = Logger.make(({ logLevel, message }) => void lines.push([logLevel, String(message)]))
    const warnings = () => lines.flatMap(([level, text]) => (level === "Warn" ? [/: (\d+) /.exec(text)?.[1]] : []))
    return Effect.gen(function* () {
      const strange = yield* Strangers.make("A callback was refused")
      yield* Effect.repeat(strange("made up"), { times: 999 })
      assert.deepStrictEqual(warnings(), ["1"])
      assert.strictEqual(lines.filter(([level]) => level === "Debug").length, 1000)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(warnings(), ["1", "999"])
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(warnings(), ["1", "999"])
      yield* strange("made up")
      assert.deepStrictEqual(warnings(), ["1", "999", "1"])
    }).pipe(
      Effect.provide(Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Debug"))),
      Effect.scoped
    )
  })
})
