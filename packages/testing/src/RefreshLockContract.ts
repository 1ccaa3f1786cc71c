/**
 * What `RefreshLock` demands of its adapters.
 *
 * That a lock is released when its process dies cannot be shown from inside; test it with a process that you kill. How
 * long a waiter waits is the adapter's own: only with the option `lockTimeout` does the suite prove that no effect
 * enters meanwhile.
 *
 * @since 0.1.0
 */
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { StoreError } from "@le-auth/core/StoreError"
import { assert } from "chai"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Contract from "./Contract.ts"
import { aMoment, hold, isFree, keyOf, type Lock, uniqueKey } from "./internal/heldLock.ts"
import { alternating, inParallel } from "./internal/parallel.ts"
import { refusalCase } from "./internal/refusal.ts"
import { realSleep } from "./internal/realTime.ts"
import * as Unique from "./internal/unique.ts"

class Marker extends Context.Service<Marker, string>()("@le-auth/testing/RefreshLockContract/Marker") {}

/**
 * The cases, in no particular order.
 *
 * @category models
 * @since 0.1.0
 */
export const cases: ReadonlyArray<Contract.ContractCase<Lock>> = [
  {
    name: "F3: under equal keys one runs at a time, and everyone runs once",
    run: Effect.fnUntraced(function* (subject) {
      const key = yield* uniqueKey
      let inside = 0
      let most = 0
      const runs = Array.from({ length: 16 }, () => 0)
      const results = yield* inParallel(16, (index) =>
        alternating(subject, index).withLock(
          `${key}`,
          Effect.gen(function* () {
            runs[index]! += 1
            inside += 1
            most = Math.max(most, inside)
            yield* aMoment
            inside -= 1
            return index
          })
        )
      )
      assert.strictEqual(most, 1, "effects that ran at the same time under one key")
      assert.deepStrictEqual(
        runs,
        Array.from({ length: 16 }, () => 1),
        "how often the effect of each caller ran"
      )
      assert.deepStrictEqual(
        results,
        Array.from({ length: 16 }, (_, index) => index)
      )
    })
  },
  {
    name: "F3: no caller enters while another is inside",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* uniqueKey
      const holder = yield* hold(one, key)
      let entered = false
      const waiter = yield* Effect.forkScoped(
        other.withLock(
          key,
          Effect.sync(() => (entered = true))
        )
      )
      yield* realSleep("50 millis")
      assert.isFalse(entered, "another effect entered while the lock was held")
      yield* holder.open
      yield* Fiber.join(waiter)
      assert.isTrue(entered)
    })
  },
  {
    name: "F3: different keys do not wait for each other, not even similar or long ones",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const account = yield* Unique.accountText
      const long = "x".repeat(300)
      const holder = yield* hold(one, keyOf(account, "a", "b"))
      for (const key of [
        keyOf(`${account}1`, "a", "b"),
        keyOf(account.toUpperCase(), "a", "b"),
        keyOf(account, "A", "b"),
        keyOf(account, "a", "B"),
        keyOf(account, "a/b", "b"),
        keyOf(account, "a", "/b"),
        keyOf(account, "b", "a"),
        keyOf(account, "a", `b${long}1`)
      ]) {
        const second = yield* hold(other, key)
        yield* isFree(one, keyOf(account, "a", `b${long}2`))
        yield* second.open
        yield* Fiber.join(second.fiber)
      }
      yield* holder.open
    })
  },
  {
    name: "100 keys are locked at the same time",
    run: Effect.fnUntraced(function* (subject) {
      const account = yield* Unique.accountText
      const holders = yield* inParallel(100, (index) => hold(alternating(subject, index), keyOf(account, `${index}`)))
      yield* Effect.forEach(holders, ({ fiber, open }) => Effect.andThen(open, Fiber.join(fiber)))
    })
  },
  {
    name: "a lock is released after success, and gives the result",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* uniqueKey
      for (let round = 0; round < 3; round++) {
        assert.strictEqual(yield* one.withLock(key, Effect.succeed(round)), round)
        yield* isFree(other, key)
      }
    })
  },
  {
    name: "a lock is released after a failure, which passes through as it is",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* uniqueKey
      const error = { _tag: "Planned" as const }
      assert.strictEqual(yield* Effect.flip(one.withLock(key, Effect.fail(error))), error)
      yield* isFree(one, key)
      yield* isFree(other, key)
    })
  },
  {
    name: "a lock is released after a defect, which passes through as it is",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* uniqueKey
      const defect = new Error("planned")
      const exit = yield* Effect.exit(one.withLock(key, Effect.die(defect)))
      assert.isTrue(
        Exit.isFailure(exit) && Cause.squash(exit.cause) === defect,
        "the defect is not the one that it was"
      )
      yield* isFree(one, key)
      yield* isFree(other, key)
    })
  },
  {
    name: "a lock is released when its holder is interrupted",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* uniqueKey
      const { fiber } = yield* hold(one, key)
      yield* Fiber.interrupt(fiber)
      yield* isFree(one, key)
      yield* isFree(other, key)
    })
  },
  {
    name: "F2: what cannot be interrupted keeps the lock until it ends",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* uniqueKey
      const entered = yield* Deferred.make<void>()
      let ended = false
      const fiber = yield* Effect.forkScoped(
        one.withLock(
          key,
          Effect.uninterruptible(
            Effect.gen(function* () {
              yield* Deferred.succeed(entered, undefined)
              yield* realSleep("30 millis")
              ended = true
            })
          )
        )
      )
      yield* Deferred.await(entered)
      yield* Effect.forkScoped(Fiber.interrupt(fiber))
      const wasOver = yield* other.withLock(
        key,
        Effect.sync(() => ended)
      )
      assert.isTrue(wasOver, "the lock was free before the effect that held it had ended")
    })
  },
  {
    name: "who waits can be interrupted at once, never runs, and leaves the lock as it was",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* uniqueKey
      const holder = yield* hold(one, key)
      let ran = false
      const waiter = yield* Effect.forkScoped(
        other.withLock(
          key,
          Effect.sync(() => (ran = true))
        )
      )
      yield* realSleep("20 millis")
      yield* Fiber.interrupt(waiter)
      yield* holder.open
      yield* Fiber.join(holder.fiber)
      yield* isFree(one, key)
      yield* isFree(other, key)
      assert.isFalse(ran, "an effect ran though it was interrupted while it waited")
    })
  },
  {
    name: "the effect has the services of its caller",
    run: Effect.fnUntraced(function* ({ one }) {
      const seen = yield* Effect.provideService(one.withLock(yield* uniqueKey, Marker), Marker, "mine")
      assert.strictEqual(seen, "mine")
    })
  }
]

/**
 * What the cases need to know about an adapter of `RefreshLock`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<E = never> extends Omit<Contract.Options<RefreshLock, E>, "elapse"> {
  /**
   * How long the adapter waits for the holder of the lock, until it fails with a `StoreError`. Default: not proven;
   * `Duration.infinity` if it waits for ever. Give an adapter that is `live` a short one, such as 1 second: the case
   * takes as long.
   */
  readonly lockTimeout?: Duration.Input | undefined
  /**
   * The adapter over an engine that refuses to write, as one on a full disk does. With it one more case proves that its
   * error has the engine's words, and nothing of what it was given (H1).
   */
  readonly refusing?: Layer.Layer<RefreshLock, unknown> | undefined
}

const timeoutName = "F3: a waiter does not enter before its timeout, then fails with a StoreError, and never runs"

/** Of a lock that waits for ever. */
const longWait = Duration.hours(1)

const timeoutCase = (lockTimeout: Duration.Duration): Contract.ContractCase<Lock> => ({
  name: timeoutName,
  takes: Duration.isFinite(lockTimeout) ? Duration.sum(lockTimeout, Duration.seconds(1)) : longWait,
  run: Effect.fnUntraced(function* ({ elapse, one, other }) {
    const key = yield* uniqueKey
    const holder = yield* hold(one, key)
    let entered = false
    const from = yield* Clock.currentTimeMillis
    const waiter = yield* Effect.forkScoped(
      Effect.gen(function* () {
        const enter = Effect.sync(() => (entered = true))
        const exit = yield* Effect.exit(other.withLock(key, enter))
        return { exit, waited: (yield* Clock.currentTimeMillis) - from }
      })
    )
    yield* aMoment
    if (!Duration.isFinite(lockTimeout)) {
      yield* elapse(longWait)
      yield* aMoment
      assert.isFalse(entered, `another effect entered within ${Duration.format(longWait)} while the lock was held`)
      yield* holder.open
      yield* Fiber.join(waiter)
      assert.isTrue(entered, "the lock was free, and no caller entered")
      return
    }
    yield* elapse(Duration.times(lockTimeout, 0.9))
    yield* aMoment
    assert.isFalse(entered, "another effect entered while the lock was held")
    yield* elapse(Duration.sum(Duration.times(lockTimeout, 0.1), Duration.seconds(1)))
    const { exit, waited } = yield* Fiber.join(waiter)
    assert.isFalse(entered, "another effect entered while the lock was held")
    assert.isAtLeast(waited, Duration.toMillis(lockTimeout) * 0.9, "milliseconds that the wait took")
    assert.instanceOf(Exit.isFailure(exit) ? Cause.squash(exit.cause) : exit, StoreError, "how the wait ended")
    yield* holder.open
    yield* Fiber.join(holder.fiber)
    yield* isFree(one, key)
    assert.isFalse(entered, "an effect ran though its wait had ended")
  })
})

/**
 * The contract, with the cases that the options add: for `ContractSuite.suite` and `Contract.check`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const contractOf = ({ lockTimeout, refusing }: Options<unknown> = {}): Contract.Contract<RefreshLock, Lock> => ({
  port: RefreshLock,
  cases: [
    ...cases,
    ...(lockTimeout === undefined ? [] : [timeoutCase(Duration.fromInputUnsafe(lockTimeout))]),
    ...(refusing === undefined
      ? []
      : [
          refusalCase({
            port: RefreshLock,
            refusing,
            attempt: (lock) => lock.withLock("planted", Effect.void),
            planted: ["planted"]
          })
        ])
  ],
  unproven: lockTimeout === undefined ? [{ name: timeoutName, reason: "give `lockTimeout`" }] : []
})

/** A waiter sleeps: an engine whose time is moved on would only end the lease of the holder. */
const ofWaiters = <E>(options: Options<E> = {}): Contract.Options<RefreshLock, E> => ({ ...options, elapse: undefined })

/**
 * Runs the cases and gives those that do not hold, and those that could not be proven.
 *
 * @category constructors
 * @since 0.1.0
 */
export const check = <E, E2 = never>(
  layer: Layer.Layer<RefreshLock, E>,
  options?: Options<E2>
): Effect.Effect<Contract.Findings> => Contract.check(contractOf(options), layer, ofWaiters(options))
