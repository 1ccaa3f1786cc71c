import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Outcomes from "../src/internal/outcomes.ts"

describe("what came of something that is done once", () => {
  /** Gives how often it has been done. */
  const counting = () => {
    const done = new Map<string, number>()
    const once = Outcomes.make<number, never>({ keepFor: "1 minute", capacity: 2 })
    return (id: string, isKept = true) =>
      once(id, (keep) =>
        Effect.sync(() => {
          if (isKept) keep()
          done.set(id, (done.get(id) ?? 0) + 1)
          return done.get(id)!
        })
      )
  }

  it.effect("B3: is known for its time, and no longer", () =>
    Effect.gen(function* () {
      const ask = counting()
      assert.deepStrictEqual(yield* ask("a"), { value: 1, isRepeated: false })
      yield* TestClock.adjust("30 seconds")
      yield* ask("b")
      yield* TestClock.adjust(29_999)
      assert.deepStrictEqual(yield* ask("a"), { value: 1, isRepeated: true })
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* ask("b"), { value: 1, isRepeated: true })
      assert.deepStrictEqual(yield* ask("a"), { value: 2, isRepeated: false })
    })
  )

  it.effect("B3: at most a number of outcomes is kept, and the oldest goes first", () =>
    Effect.gen(function* () {
      const ask = counting()
      for (const id of ["a", "b", "c"]) yield* ask(id)
      for (const [id, value] of [
        ["c", 1],
        ["b", 1],
        ["a", 2]
      ] as const) {
        assert.strictEqual((yield* ask(id)).value, value, id)
      }
    })
  )

  it.effect("B3: is not known if it is not worth it", () =>
    Effect.gen(function* () {
      const ask = counting()
      yield* ask("a", false)
      assert.deepStrictEqual(yield* ask("a", false), { value: 2, isRepeated: false })
    })
  )
})
