/**
 * Logging of cases that strangers can cause at any rate, and that must not fill the log. Each case is a line at
 * `Debug`. The first also causes a warning, and further ones cause at most one warning a minute, with their number.
 */
import * as Effect from "effect/Effect"

const between = "1 minute"

/** Makes the function that logs a case. `what` begins each line. */
export const make = (what: string) =>
  Effect.map(Effect.scope, (scope) => {
    let count = 0
    let isWatched = false
    const warn = Effect.suspend(() => {
      const times = count
      count = 0
      return Effect.logWarning(`${what}: ${times} in the last minute. The log has each of them at the level Debug.`)
    })
    const watch: Effect.Effect<void> = Effect.sleep(between).pipe(
      Effect.andThen(
        Effect.suspend(() => {
          if (count > 0) return Effect.andThen(warn, watch)
          isWatched = false
          return Effect.void
        })
      )
    )
    return (detail: string): Effect.Effect<void> =>
      Effect.andThen(
        Effect.logDebug(what, detail),
        Effect.suspend(() => {
          count += 1
          if (isWatched) return Effect.void
          isWatched = true
          return Effect.andThen(warn, Effect.forkIn(watch, scope))
        })
      )
  })
