/**
 * What strangers can cause as often as they like: it must not fill the log. Each case is a line at `Debug`; a warning comes with
 * the first, and then one a minute with the number, as long as there are more.
 */
import * as Effect from "effect/Effect"

const between = "1 minute"

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
