/** What every store in a database does with its operations. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { StoreError } from "../StoreError.ts"

/** Nobody who signs in waits longer for a database. A client that lost its connection may keep requests until it is back. */
const usualPatience = Duration.seconds(5)

/** Runs an operation of a store: it fails with a `StoreError`, after 5 seconds or `patience` at the latest. */
export const operations =
  (store: string, patience: Duration.Input = usualPatience) =>
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StoreError, R> =>
    effect.pipe(
      Effect.mapError((cause) => new StoreError({ store, operation, cause })),
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
