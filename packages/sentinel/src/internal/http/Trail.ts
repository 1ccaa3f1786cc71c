/**
 * What becomes known about a request while it is answered, for the journal and for faults, and what a fault wants of the state behind it.
 *
 * There is a trail only if somebody reads it; without one, everything here does nothing.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Target } from "../request/AuthorizationResponse.ts"
import * as RequestFacts from "./RequestFacts.ts"
import type { Problem } from "./Problem.ts"

/**
 * Something that happened on the way: a code was issued, a session ended. Codes, tokens and sessions are named by the beginning
 * of their hashes, so that one of them can be followed and none can be used.
 *
 * @since 0.1.0
 */
export interface Step {
  readonly what: string
  readonly code?: string
  readonly family?: string
  readonly session?: string
  readonly user?: string
  readonly accessToken?: string
  readonly refreshToken?: string
  readonly newRefreshToken?: string
}

/**
 * As much of a hash or an id as tells two of them apart for a person.
 *
 * @since 0.1.0
 */
export const short = (id: string): string => id.slice(0, 8)

/**
 * What a fault does to the state behind a request.
 *
 * @since 0.1.0
 */
export type StateFault = "expired-code" | "used-code" | "killed-session"

/**
 * @since 0.1.0
 */
export class RequestTrail {
  readonly steps: Array<Step> = []
  client: string | undefined
  user: string | undefined
  /** The error code of the answer. */
  error: string | undefined
  /** Why it was refused: for people who run Sentinel, never part of an answer. */
  reason: string | undefined
  /** The same for programs, as far as it has a name. */
  problem: Problem | undefined
  /** To whom an authorization request is answered, once it is known to be valid. */
  target: Target | undefined
  fault: string | undefined
  stateFault: StateFault | undefined
}

/**
 * The trail of the current request.
 *
 * @since 0.1.0
 */
export const Trail = Context.Reference<RequestTrail | undefined>("@le-auth/sentinel/internal/http/Trail", {
  defaultValue: () => undefined
})

/**
 * Notes that the request is refused with an error code, and why. What was noted first, nearer to the cause, stays.
 *
 * @since 0.1.0
 */
export const refused = (error: string, reason: string, problem?: Problem): Effect.Effect<void> =>
  Effect.flatMap(Trail, (trail) => {
    if (trail !== undefined && trail.error === undefined) {
      trail.error = error
      trail.reason ??= reason
      trail.problem = problem
    }
    return RequestFacts.isRefused(error)
  })

/**
 * Notes to whom an authorization request is answered: all that is checked of it is right.
 *
 * @since 0.1.0
 */
export const answersTo = (target: Target): Effect.Effect<void> =>
  Effect.map(Trail, (trail) => {
    if (trail !== undefined) trail.target = target
  })
