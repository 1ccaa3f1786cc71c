/**
 * What can go wrong between an application and Sentinel, for `TestSentinel.misbehave`: Sentinel's own faults, by
 * shorter names.
 *
 * @since 0.1.0
 */
import type { TokenErrorCode } from "@le-auth/core/OAuthError"
import type { Action, Behaviour } from "@le-auth/sentinel/Fault"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Connection } from "./internal/connection.ts"

/**
 * A fault of Sentinel, or a function that answers one request in place of it. `usual` is Sentinel's own answer: it acts
 * on the request only if `usual` is run.
 *
 * @example
 * ```ts
 * import type { Misbehaviour } from "@le-auth/testing/Misbehaviour"
 * import * as Effect from "effect/Effect"
 *
 * const twice: Misbehaviour = (usual) => Effect.andThen(usual, usual)
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export type Misbehaviour = Action | Behaviour

/**
 * Another answer, with any status and body. Sentinel does not hear of the request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Misbehaviour => ({
  type: "answer",
  status,
  body,
  headers
})

/**
 * Another answer, as JSON.
 *
 * @category constructors
 * @since 0.1.0
 */
export const json = (
  value: unknown,
  status: number = 200,
  headers: Readonly<Record<string, string>> = {}
): Misbehaviour => answer(status, JSON.stringify(value), { "content-type": "application/json", ...headers })

/**
 * 429: too many requests, with the seconds of `Retry-After` if given.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tooManyRequests = (retryAfter?: number): Misbehaviour => ({
  type: "too-many-requests",
  ...(retryAfter === undefined ? {} : { retry_after: retryAfter })
})

/**
 * A 5xx in LivePerson's envelope, `{"error":{"message":…}}`. Default: 500.
 *
 * @category constructors
 * @since 0.1.0
 */
export const serverError = (status: 500 | 502 | 503 | 504 = 500): Misbehaviour => ({ type: "liveperson-error", status })

/**
 * An error of OAuth 2.0 (RFC 6749 section 5.2), such as `invalid_grant`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const oauthError = (error: TokenErrorCode, description?: string, status: 400 | 401 = 400): Misbehaviour => ({
  type: "oauth-error",
  error,
  status,
  ...(description === undefined ? {} : { description })
})

/**
 * A page for people where JSON belongs, as a proxy or a captive portal sends it. Default status: 200.
 *
 * @category constructors
 * @since 0.1.0
 */
export const html = (status: number = 200): Misbehaviour => ({ type: "html", status })

/**
 * No connection can be made, so the request was certainly not sent.
 *
 * @category constructors
 * @since 0.1.0
 */
export const refuseConnection: Misbehaviour = () =>
  Effect.flatMap(Connection, (connection) => connection.fail("ECONNREFUSED"))

/**
 * The connection breaks before Sentinel has read the request, which the application cannot know.
 *
 * @category constructors
 * @since 0.1.0
 */
export const dropConnection: Misbehaviour = { type: "drop-connection" }

/**
 * Sentinel acts, and the connection breaks before its answer arrives: a code is spent, a refresh token rotated.
 *
 * @category constructors
 * @since 0.1.0
 */
export const loseAnswer: Misbehaviour = { type: "drop-connection", after: true }

/**
 * Sentinel acts, and the connection breaks in the middle of its answer.
 *
 * @category constructors
 * @since 0.1.0
 */
export const truncateAnswer: Misbehaviour = { type: "truncate" }

/**
 * Sentinel acts at once, and its answer arrives later, by the clock of the test.
 *
 * @category constructors
 * @since 0.1.0
 */
export const delayAnswer = (by: Duration.Input): Misbehaviour => ({
  type: "delay",
  by: Duration.fromInputUnsafe(by),
  after: true
})

/**
 * The request arrives later, by the clock of the test: until then Sentinel has not acted.
 *
 * @category constructors
 * @since 0.1.0
 */
export const delayRequest = (by: Duration.Input): Misbehaviour => ({ type: "delay", by: Duration.fromInputUnsafe(by) })

/**
 * Nothing ever comes back. Sentinel has not acted.
 *
 * @category constructors
 * @since 0.1.0
 */
export const silence: Misbehaviour = { type: "silence" }
