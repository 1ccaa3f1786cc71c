import { assert, describe, it } from "@effect/vitest"
import { layerMemory, RefreshLock } from "@le-auth/core/RefreshLock"
import { StoreError } from "@le-auth/core/StoreError"
import * as RefreshLockContract from "@le-auth/testing/RefreshLockContract"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as TestClock from "effect/testing/TestClock"

type Lock = RefreshLock["Service"]

const oneAtATime = "F3: under equal keys one runs at a time, and everyone runs once"
const isAlone = "F3: no caller enters while another is inside"
const patient = "F3: a waiter does not enter before its timeout, then fails with a StoreError, and never runs"
const different = "F3: different keys do not wait for each other, not even similar or long ones"
const hundred = "100 keys are locked at the same time"
const failure = "a lock is released after a failure, which passes through as it is"
const defect = "a lock is released after a defect, which passes through as it is"
const interrupted = "a lock is released when its holder is interrupted"
const uninterruptible = "F2: what cannot be interrupted keeps the lock until it ends"
const waiter = "who waits can be interrupted at once, never runs, and leaves the lock as it was"

/** One semaphore for each key, as a right lock has it. */
const locks = (key: (key: string) => string = (key) => key, shared = new Map<string, Semaphore.Semaphore>()) => {
  return (name: string) => {
    const lock = shared.get(key(name)) ?? Semaphore.makeUnsafe(1)
    shared.set(key(name), lock)
    return lock
  }
}

const layer = (make: () => Lock["withLock"]) => Layer.sync(RefreshLock, () => ({ withLock: make() }))

const keyed = (key: (key: string) => string) =>
  layer(() => {
    const of = locks(key)
    return (key, effect) => of(key).withPermits(1)(effect)
  })

/** A lock in a store that can only get and set: between the two somebody else may come. */
const getThenSet = layer(() => {
  const held = new Set<string>()
  const acquire = (key: string): Effect.Effect<void> =>
    Effect.gen(function* () {
      while (held.has(key)) yield* Effect.yieldNow
      yield* Effect.yieldNow
      held.add(key)
    })
  return (key, effect) =>
    Effect.acquireUseRelease(
      Effect.interruptible(acquire(key)),
      () => effect,
      () => Effect.sync(() => held.delete(key))
    )
})

/** A lock whose waits end, and what a waiter does then. */
const waiting = ({
  after,
  lockTimeout = Duration.minutes(1)
}: {
  readonly lockTimeout?: Duration.Duration
  /** Of a waiter whose time is over. Right is to fail. */
  readonly after?: <A, E>(lock: Semaphore.Semaphore, effect: Effect.Effect<A, E>) => Effect.Effect<A, E | StoreError>
} = {}) =>
  layer(() => {
    const of = locks()
    const late = Effect.fail(new StoreError({ store: "lock", operation: "wait" }))
    return (key, effect) =>
      Effect.flatMap(Effect.timeoutOption(Effect.interruptible(of(key).take(1)), lockTimeout), (taken) => {
        if (Option.isSome(taken)) return Effect.ensuring(effect, of(key).release(1))
        return after === undefined ? late : Effect.provideContext(after(of(key), effect as never), Context.empty())
      })
  })

const enters = <A, E>(_: Semaphore.Semaphore, effect: Effect.Effect<A, E>) => effect

const impatient: ReadonlyArray<readonly [string, Layer.Layer<RefreshLock>, Duration.Input]> = [
  ["enters after a second", waiting({ lockTimeout: Duration.seconds(1), after: enters }), "1 minute"],
  [
    "enters after a second, though it has no end",
    waiting({ lockTimeout: Duration.seconds(1), after: enters }),
    Duration.infinity
  ],
  ["enters when its timeout is over", waiting({ after: enters }), "1 minute"],
  ["fails sooner than it says", waiting({ lockTimeout: Duration.seconds(30) }), "1 minute"],
  ["dies when its timeout is over", waiting({ after: () => Effect.die("late") }), "1 minute"],
  ["waits longer than it says", waiting({ lockTimeout: Duration.hours(1) }), "1 minute"],
  [
    "runs what failed to wait later",
    waiting({
      after: (lock, effect) =>
        Effect.andThen(
          Effect.forkDetach(lock.withPermits(1)(effect)),
          Effect.fail(new StoreError({ store: "lock", operation: "wait" }))
        )
    }),
    "1 minute"
  ]
]

const broken: ReadonlyArray<readonly [string, Layer.Layer<RefreshLock>, ReadonlyArray<string>]> = [
  ["does nothing", layer(() => (_, effect) => effect), [oneAtATime, isAlone, uninterruptible, waiter]],
  ["has one lock for all keys", keyed(() => "all"), [different, hundred]],
  ["has keys without regard to case", keyed((key) => key.toLowerCase()), [different]],
  ["cuts off keys", keyed((key) => key.slice(0, 255)), [different]],
  ["gets and then sets", getThenSet, [oneAtATime]],
  [
    "is released after success only",
    layer(() => {
      const of = locks()
      return (key, effect) => Effect.andThen(of(key).take(1), Effect.tap(effect, of(key).release(1)))
    }),
    [failure, defect, interrupted]
  ],
  [
    "turns defects into its own",
    layer(() => {
      const of = locks()
      return (key, effect) =>
        of(key).withPermits(1)(Effect.catchDefect(effect, () => Effect.die(new Error("something went wrong"))))
    }),
    [defect]
  ],
  [
    "lets go when it is interrupted, whatever still runs",
    layer(() => {
      const of = locks()
      return (key, effect) =>
        of(key).withPermits(1)(
          Effect.flatMap(Effect.forkDetach(effect), (fiber) => Effect.interruptible(Fiber.join(fiber)))
        )
    }),
    [uninterruptible]
  ],
  [
    "runs its effect twice",
    layer(() => {
      const of = locks()
      return (key, effect) => of(key).withPermits(1)(Effect.andThen(effect, effect))
    }),
    [oneAtATime]
  ],
  [
    "cannot be waited for in vain",
    layer(() => {
      const of = locks()
      return (key, effect) =>
        Effect.flatMap(Effect.forkDetach(of(key).withPermits(1)(effect)), (fiber) =>
          Effect.interruptible(Fiber.join(fiber))
        )
    }),
    [waiter]
  ]
]

describe("RefreshLockContract", () => {
  it.effect("accepts a right lock, alone and twice on the same data", () =>
    Effect.gen(function* () {
      const nothing = { violations: [], unproven: [] }
      const forEver = { lockTimeout: Duration.infinity }
      assert.deepStrictEqual(
        yield* RefreshLockContract.check(
          keyed((key) => key),
          forEver
        ),
        nothing
      )
      assert.deepStrictEqual(yield* RefreshLockContract.check(waiting(), { lockTimeout: "1 minute" }), nothing)
      const semaphores = new Map<string, Semaphore.Semaphore>()
      const shared = layer(() => {
        const of = locks((key) => key, semaphores)
        return (key, effect) => of(key).withPermits(1)(effect)
      })
      assert.deepStrictEqual(yield* RefreshLockContract.check(shared, { second: shared, ...forEver }), nothing)
    })
  )

  for (const [what, layer, lockTimeout] of impatient) {
    it.effect(`rejects a lock that ${what}`, () =>
      Effect.gen(function* () {
        const { unproven, violations } = yield* RefreshLockContract.check(layer, { lockTimeout, timeout: "2 seconds" })
        assert.deepStrictEqual(
          violations.map(({ name }) => name),
          [patient]
        )
        assert.deepStrictEqual(unproven, [])
      })
    )
  }

  it.effect("names the wait that it could not prove", () =>
    Effect.gen(function* () {
      const unprovenOf = (options: RefreshLockContract.Options) =>
        Effect.map(RefreshLockContract.check(waiting(), options), ({ unproven }) => unproven)
      const [unknown] = yield* unprovenOf({})
      assert.deepStrictEqual(unknown, { name: patient, reason: "give `lockTimeout`" })
      const [long] = yield* unprovenOf({ live: true, lockTimeout: "1 minute" })
      assert.strictEqual(long?.name, patient)
      // Under the real clock the case takes as long as the timeout is.
      const real = yield* TestClock.withLive(
        RefreshLockContract.check(waiting({ lockTimeout: Duration.millis(300) }), { lockTimeout: "300 millis" })
      )
      assert.deepStrictEqual(real, { violations: [], unproven: [] })
    })
  )

  for (const [what, layer, names] of broken) {
    it.effect(`rejects a lock that ${what}`, () =>
      Effect.gen(function* () {
        const { violations } = yield* RefreshLockContract.check(layer, { timeout: "300 millis" })
        assert.includeMembers(
          violations.map(({ name }) => name),
          [...names]
        )
      })
    )
  }

  it.effect("F4: rejects a lock that two processes do not share", () =>
    Effect.gen(function* () {
      const { violations } = yield* RefreshLockContract.check(layerMemory, {
        second: layerMemory,
        timeout: "300 millis"
      })
      assert.includeMembers(
        violations.map(({ name }) => name),
        [oneAtATime, isAlone, uninterruptible]
      )
    })
  )

  it.effect("says what to do about a lock that waits forever", () =>
    Effect.gen(function* () {
      const { violations } = yield* RefreshLockContract.check(
        layer(() => () => Effect.never),
        { timeout: "20 millis" }
      )
      assert.include(violations[0]?.problem, "live: true")
    })
  )
})
