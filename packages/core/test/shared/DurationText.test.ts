import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as DurationText from "../../src/shared/DurationText.ts"
import { read, refused } from "./durations.ts"

const decode = Schema.decodeUnknownResult(DurationText.DurationText)

describe("DurationText", () => {
  for (const [text, millis] of read) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.strictEqual(Result.getOrUndefined(Result.map(decode(text), Duration.toMillis)), millis)
    })
  }

  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}, and shows how durations are written`, () => {
      const result = decode(text)
      assert(Result.isFailure(result))
      assert.include(result.failure.message, "a duration such as 8h, 1h30m or PT8H, of at most 100 years")
    })
  }

  it("takes every duration that effect's long form can say without a sign", () => {
    for (const unit of ["nano", "micro", "milli", "second", "minute", "hour", "day", "week"]) {
      for (const text of [`1 ${unit}`, `3 ${unit}s`, `1.5 ${unit}s`]) {
        const effects = Duration.toMillis(Duration.fromInputUnsafe(text as Duration.Input))
        const ours = Option.map(DurationText.parse(text), Duration.toMillis)
        assert.closeTo(Option.getOrThrow(ours), effects, 1e-6, text)
      }
    }
  })

  it("writes what it reads", () => {
    for (const text of ["0s", "500ms", "1s", "1m30s", "1h30m", "8h", "1d2h3m4s5ms", "36525d"]) {
      assert.strictEqual(DurationText.format(Option.getOrThrow(DurationText.parse(text))), text)
    }
  })
})
