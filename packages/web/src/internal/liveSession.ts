/** The session of a browser that can still be used. */
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import type { Session, SessionKey } from "@le-auth/core/Session"
import type { Sessions } from "@le-auth/core/Sessions"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isOver } from "../Problem.ts"
import type { Refusals } from "./refusals.ts"

/**
 * Gives none if there is no session, or if its access token has ended and Sentinel gives no other. A Sentinel that
 * cannot be asked ends no session.
 *
 * `mayRefresh` is false if the answer cannot bring the browser its new cookies.
 */
export const liveSession = (
  sessions: Sessions["Service"],
  refusals: Refusals,
  key: SessionKey,
  mayRefresh: boolean
): Effect.Effect<Option.Option<Session>, StoreError> =>
  Effect.gen(function* () {
    const found = yield* sessions.current(key)
    const now = yield* Clock.currentTimeMillis
    if (Option.isNone(found) || now < found.value.expiresAt) return found
    const known = refusals.find(found.value, now)
    if (known !== undefined) return known === "Refused" ? Option.none() : found
    if (!mayRefresh) return found
    return yield* sessions.accessToken(key).pipe(
      RetryPolicy.disabled,
      Effect.andThen(sessions.current(key)),
      Effect.catch((error) => {
        const isRefused = isOver(error)
        refusals.note(found.value, isRefused ? "Refused" : "Unknown", now)
        return Effect.succeed(isRefused ? Option.none() : found)
      })
    )
  })
