import { assert, describe, it } from "@effect/vitest"
import * as StoreOperation from "@le-auth/core/StoreOperation"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"

const run = StoreOperation.operations("shelf")("fetch")

class Reader extends Context.Service<Reader, string>()("@le-auth/core/test/StoreOperation.test/Reader") {}

/** What ends neither by itself nor when it is interrupted. */
const silent = Effect.uninterruptible(Effect.never)

describe("operations", () => {
  it.effect("B3: answer what the effect answers, at once or later, with the services of the caller", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* run(Effect.succeed(1)), 1)
      assert.strictEqual(yield* run(Effect.as(Effect.yieldNow, 2)), 2)
      assert.strictEqual(yield* run(Reader), "me")
      assert.strictEqual(yield* run(Effect.andThen(Effect.yieldNow, Reader)), "me")
    }).pipe(Effect.provideService(Reader, "me"))
  )

  it.effect("B3: a failure says which store could not do what, and why; a defect stays one", () =>
    Effect.gen(function* () {
      for (const effect of [Effect.fail("no disk"), Effect.andThen(Effect.yieldNow, Effect.fail("no disk"))]) {
        const error = yield* Effect.flip(run(effect))
        assert.deepStrictEqual(
          [error._tag, error.store, error.operation, error.cause],
          ["StoreError", "shelf", "fetch", "no disk"]
        )
      }
      const exit = yield* Effect.exit(run(Effect.die("broken")))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
    })
  )

  it.effect("B3: nobody waits for more than 5 seconds, even where nothing may be interrupted", () =>
    Effect.gen(function* () {
      const waits = [run(silent), Effect.uninterruptible(run(silent)), run(Effect.never)]
      const fibers = yield* Effect.forEach(waits, (wait) => Effect.forkScoped(Effect.flip(wait)))
      yield* TestClock.adjust("4999 millis")
      assert.isTrue(fibers.every((fiber) => fiber.pollUnsafe() === undefined))
      yield* TestClock.adjust("1 millis")
      for (const fiber of fibers) {
        const error = yield* Fiber.join(fiber)
        assert.strictEqual(error.operation, "fetch: no answer within 5s")
      }
    })
  )

  it.effect("B3: whoever gives up, or is interrupted, tells the driver so and does not wait for it", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const work = (name: string) =>
        Effect.onInterrupt(Effect.never, () =>
          Effect.andThen(
            Effect.sync(() => told.push(name)),
            silent
          )
        )
      const late = yield* Effect.forkScoped(Effect.flip(run(work("late"))))
      const left = yield* Effect.forkScoped(run(work("left")))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(left)
      assert.deepStrictEqual(told, ["left"])
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(late)
      assert.deepStrictEqual(told, ["left", "late"])
    })
  )
})
