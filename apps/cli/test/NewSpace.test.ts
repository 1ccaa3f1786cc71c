import { assert, describe, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { getHeapSpaceStatistics } from "node:v8"
import { bounded } from "../src/commands/sentinel/start/NewSpace.ts"

const mebibytes = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")!.space_size / 2 ** 20

/** Objects of which many survive a collection, as those of requests under way do: V8 makes the part larger then. */
const load = Effect.promise(async () => {
  const kept = new Map<number, object>()
  let largest = 0
  for (let round = 0; round < 60; round++) {
    for (let index = 0; index < 20_000; index++) kept.set(index, { round, text: String(index), list: [index] })
    await new Promise((resolve) => setImmediate(resolve))
    largest = Math.max(largest, mebibytes())
  }
  return largest
})

describe("the part of the heap for new objects", () => {
  it.effect("stays at 16 MiB while Sentinel runs", () =>
    Effect.gen(function* () {
      const before = mebibytes()
      const during = yield* Effect.scoped(Effect.andThen(bounded, load))
      assert.isAtMost(during, Math.max(16, before))
    })
  )

  it.effect("stays there also when another Sentinel of the process ends", () =>
    Effect.gen(function* () {
      yield* bounded
      yield* load
      const before = mebibytes()
      yield* Effect.scoped(Effect.andThen(bounded, load))
      assert.isAtMost(yield* load, Math.max(16, before))
    })
  )

  it.effect("is left to an option that Node was given", () =>
    Effect.gen(function* () {
      vi.stubEnv("NODE_OPTIONS", "--max-semi-space-size=64")
      assert.isAbove(yield* Effect.scoped(Effect.andThen(bounded, load)), 16)
    }).pipe(Effect.ensuring(Effect.sync(vi.unstubAllEnvs)))
  )
})
