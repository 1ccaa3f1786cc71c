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

  it.effect("B3: no caller waits for more than 5 seconds, even where nothing may be interrupted", () =>
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

  it.effect("B3: a caller that gives up, or is interrupted, tells the driver so and does not wait for it", () =>
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

describe("what an engine said", () => {
  it("R92: is the innermost message, in one line of 200 characters", () => {
    const deep = new Error("READONLY You can't write against a read only replica.")
    const wrapped = { _tag: "RedisError", cause: new Error("Failed to execute", { cause: deep }) }
    assert.strictEqual(StoreOperation.problemOf(wrapped), "READONLY You can't write against a read only replica")
    assert.strictEqual(StoreOperation.problemOf(new Error("no\n\tspace\u0007\u2028left ")), "no space left")
    assert.isAtMost(StoreOperation.problemOf(new Error("x 😀".repeat(100)))!.length, 200)
    assert.strictEqual(StoreOperation.problemOf("no disk"), "no disk")
    const nowhere = new AggregateError([new Error("connect ECONNREFUSED ::1:5432"), new Error("other")])
    assert.strictEqual(StoreOperation.problemOf(nowhere), "connect ECONNREFUSED ::1:5432")
    assert.strictEqual(StoreOperation.problemOf(Object.assign(new Error(""), { code: "EPIPE" })), "EPIPE")
    for (const nothing of [undefined, null, 7, {}, new Error("."), []]) {
      assert.isUndefined(StoreOperation.problemOf(nothing))
    }
    const circle: { cause?: unknown; message: string } = { message: "round" }
    circle.cause = circle
    assert.strictEqual(StoreOperation.problemOf(circle), "round")
  })

  it("H1: has nothing of what the engine was given", () => {
    for (const [text, expected] of [
      ['duplicate key value violates unique constraint "t_pkey"\nDETAIL: Key (id)=(planted)', /t_pkey"$/],
      ["refused. Key (id)=(planted) already exists.", /^refused$/],
      ['invalid input syntax for type json: "planted"', /type json$/],
      ['value "planted" is out of range for type integer', undefined],
      ["ERR unknown command 'GETDEL', with args beginning with: 'planted' 'planted'", /unknown command 'GETDEL'$/],
      [`Unexpected token 'p', "planted" is not valid JSON`, /^Unexpected token/],
      [`Unexpected token 'p', ..."a planted b"... is not valid JSON`, /^Unexpected token/],
      ['E11000 duplicate key error index: _id_ dup key: { id: "planted" }', /_id_$/],
      ["Duplicate entry 'planted' for key 'PRIMARY'", /^Duplicate$/],
      ["cannot reach redis://u:planted@host:6379", /redis:\/\/host:6379$/]
    ] as const) {
      const said = StoreOperation.problemOf(new Error("outer", { cause: new Error(text) }))
      assert.notInclude(said, "planted")
      assert.match(said ?? "", expected ?? /^outer$/)
    }
  })

  it.effect("R92: is in the message of the error, and so in logs", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(run(Effect.fail({ cause: new Error("OOM command not allowed") })))
      assert.strictEqual(error.problem, "OOM command not allowed")
      assert.include(error.message, "(fetch): OOM command not allowed. Try again")
    })
  )
})
