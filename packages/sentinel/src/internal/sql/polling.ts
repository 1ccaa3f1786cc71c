/** What a node does to see within seconds what other nodes have changed. */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/**
 * How often a node looks. It is a question for one row or two, so it needs no announcement of the database, which would
 * need a connection of its own and so no pooler.
 */
const interval = Duration.seconds(2)

/**
 * Looks every two seconds, as long as the scope is open. What fails is tried again; it is logged once, and once again
 * when it is over.
 */
export const poll = (what: string, look: Effect.Effect<void, StoreError>): Effect.Effect<void, never, Scope.Scope> => {
  let isFailing = false
  const looked = Effect.suspend(() => {
    if (!isFailing) return Effect.void
    isFailing = false
    return Effect.logInfo(`The ${what} can be read again`)
  })
  const failed = (error: StoreError) =>
    Effect.suspend(() => {
      if (isFailing) return Effect.void
      isFailing = true
      return Effect.logWarning(`The ${what} cannot be read, and may be out of date; trying again`, error)
    })
  return Effect.sleep(interval).pipe(
    Effect.andThen(Effect.matchEffect(look, { onFailure: failed, onSuccess: () => looked })),
    Effect.forever,
    Effect.forkScoped,
    Effect.asVoid
  )
}
