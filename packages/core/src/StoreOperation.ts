/**
 * What every store in a database does with its operations, and an adapter of your own may use.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { StoreError } from "./StoreError.ts"

/** Nobody who signs in waits longer for a database. A client that lost its connection may keep requests until it is back. */
const usualPatience = Duration.seconds(5)

/**
 * Whoever has waited long enough does not wait for the end of it as well: a driver that asks a silent server to cancel a statement
 * takes up to ten seconds for that.
 */
const leaving = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDetach(restore(effect), { startImmediately: true }), (fiber) =>
      Effect.onInterrupt(restore(Fiber.join(fiber)), () => Effect.sync(() => fiber.interruptUnsafe()))
    )
  )

/**
 * Makes the function that runs an operation of a store: it fails with a `StoreError`, after 5 seconds or `patience` at the latest,
 * whatever the driver does then.
 *
 * @example
 * ```ts
 * import * as StoreOperation from "@le-auth/core/StoreOperation"
 * import * as Effect from "effect/Effect"
 *
 * const run = StoreOperation.operations("my store")
 *
 * const get = run("get")(Effect.fail("no connection")) // fails with a StoreError: "The my store is unavailable (get)."
 * ```
 *
 * @since 0.1.0
 */
export const operations =
  (store: string, patience: Duration.Input = usualPatience) =>
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StoreError, R> =>
    effect.pipe(
      Effect.mapError((cause) => new StoreError({ store, operation, cause })),
      leaving,
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () =>
          Effect.fail(
            new StoreError({
              store,
              operation: `${operation}: no answer within ${Duration.format(Duration.fromInputUnsafe(patience))}`
            })
          )
      })
    )
