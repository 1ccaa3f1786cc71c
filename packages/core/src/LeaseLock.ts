/**
 * `RefreshLock` by leases: a note in a database has the holder and an end, and the holder renews it.
 *
 * The locks in SQL and Redis are made of it, and an adapter of your own can be.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as RefreshLock from "./RefreshLock.ts"
import { StoreError } from "./StoreError.ts"

/**
 * The right to be under the lock of `key`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Lease {
  readonly key: string
  /** The holder: a text that no other holder has. */
  readonly owner: string
}

/**
 * What the lock needs of a database. `take`, `renew` and `release` are one step in it each.
 *
 * @category models
 * @since 0.1.0
 */
export interface Leases {
  /** Its name in errors, such as "refresh lock in Redis". */
  readonly name: string
  /** How long a lease is kept after the death of its process. */
  readonly lifetime: Duration.Duration
  /** How long to wait for another process. A wait that takes longer fails with a `StoreError`. */
  readonly timeout: Duration.Duration
  /** Takes the lease if it is free. True if it was. */
  readonly take: (lease: Lease) => Effect.Effect<boolean, StoreError>
  /** Extends the lease if this owner still holds it. True if they did. */
  readonly renew: (lease: Lease) => Effect.Effect<boolean, StoreError>
  /** Ends the lease if this owner still holds it. */
  readonly release: (lease: Lease) => Effect.Effect<void, StoreError>
}

const shortest = 10
const longest = 200

/** Asks again and again, with pauses that grow and differ, so that waiters do not all ask at once. */
const waitFor = (leases: Leases, lease: Lease): Effect.Effect<void, StoreError> =>
  Effect.flatMap(Clock.currentTimeMillis, (since) => {
    const attempt = (pause: number): Effect.Effect<void, StoreError> =>
      Effect.gen(function* () {
        if (yield* leases.take(lease)) return
        if ((yield* Clock.currentTimeMillis) - since >= Duration.toMillis(leases.timeout)) {
          const operation = `wait for another process: it still refreshes after ${Duration.format(leases.timeout)}`
          return yield* new StoreError({ store: leases.name, operation })
        }
        yield* Effect.sleep(Duration.millis(yield* Random.nextBetween(pause / 2, pause)))
        return yield* attempt(Math.min(pause * 2, longest))
      })
    return attempt(shortest)
  })

/** A lease that cannot be renewed may go to another process. What runs under it is not stopped: its token is spent. */
const keepFresh = (leases: Leases, lease: Lease) =>
  Effect.sleep(Duration.millis(Duration.toMillis(leases.lifetime) / 3)).pipe(
    Effect.andThen(leases.renew(lease)),
    Effect.flatMap((isOurs) =>
      isOurs ? Effect.void : Effect.logWarning(`A lock of the ${leases.name} was lost before its work was done`)
    ),
    Effect.catch((error) => Effect.logWarning(error.message)),
    Effect.forever,
    Effect.interruptible
  )

/** Releases a lease whose state is unknown: tries until the release is certain, or the lease has ended by itself. */
const giveBack = (leases: Leases, lease: Lease, scope: Scope.Scope) =>
  leases
    .release(lease)
    .pipe(Effect.retry(Schedule.spaced("1 second")), Effect.timeoutOption(leases.lifetime), Effect.forkIn(scope))

/** A failure must not replace the result of the work. */
const release = (leases: Leases, lease: Lease, scope: Scope.Scope) =>
  Effect.catch(leases.release(lease), (error) =>
    Effect.andThen(Effect.logWarning(error.message), giveBack(leases, lease, scope))
  )

/**
 * Makes the lock. Within a process callers wait in a queue, and only its head asks the database. The scope ends the
 * releases that are still tried.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  leases: Leases
): Effect.fn.Return<RefreshLock.RefreshLock["Service"], never, Scope.Scope> {
  const queue = Context.get(yield* Layer.build(RefreshLock.layerMemory), RefreshLock.RefreshLock)
  const scope = yield* Effect.scope
  const process = yield* Effect.sync(() => crypto.randomUUID())
  let serial = 0
  return {
    withLock: (key, effect) =>
      queue.withLock(
        key,
        Effect.uninterruptibleMask((restore) =>
          Effect.gen(function* () {
            const lease = { key, owner: `${process} ${++serial}` }
            // The lease may have been given although the answer was lost. The caller of a failed wait does not wait for
            // that.
            yield* restore(waitFor(leases, lease)).pipe(
              Effect.onInterrupt(() => release(leases, lease, scope)),
              Effect.tapError(() => giveBack(leases, lease, scope))
            )
            const renewal = yield* Effect.forkChild(keepFresh(leases, lease))
            return yield* Effect.onExit(restore(effect), () =>
              Effect.andThen(Fiber.interrupt(renewal), release(leases, lease, scope))
            )
          })
        )
      )
  }
})
