/** What the stores over Redis have in common. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RedisError } from "effect/persistence/Redis"
import { StoreError } from "../StoreError.ts"

/** Nobody who signs in waits longer for a database. A client that lost its connection keeps commands until it is back. */
const patience = Duration.seconds(5)

/** Runs an operation of a store: it fails with a `StoreError`, after 5 seconds at the latest. */
export const operations =
  (store: string) =>
  (operation: string) =>
  <A, R>(effect: Effect.Effect<A, RedisError, R>): Effect.Effect<A, StoreError, R> =>
    effect.pipe(
      Effect.mapError((cause) => new StoreError({ store, operation, cause })),
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () =>
          Effect.fail(
            new StoreError({ store, operation: `${operation}: no answer within ${Duration.format(patience)}` })
          )
      })
    )

/** A time to live as Redis takes it: whole milliseconds, never shorter. */
export const milliseconds = (duration: Duration.Duration): string =>
  `${Math.max(1, Math.ceil(Duration.toMillis(duration)))}`
