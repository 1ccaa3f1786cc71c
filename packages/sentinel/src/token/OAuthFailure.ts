/**
 * The error answers of the token and the revocation endpoint (RFC 6749 section 5.2).
 *
 * @since 0.1.0
 */
import type { TokenErrorCode } from "@le-auth/core/OAuthError"
import * as Data from "effect/Data"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/**
 * The headers of answers with tokens and of errors (RFC 6749 section 5.1).
 *
 * @since 0.1.0
 */
export const noStore: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  pragma: "no-cache",
  "x-content-type-options": "nosniff"
}

/**
 * `description` is a fixed text that repeats nothing of the request. `reason` says more, for the log only.
 *
 * @since 0.1.0
 */
export class OAuthFailure extends Data.TaggedError("OAuthFailure")<{
  readonly error: TokenErrorCode | "server_error" | "temporarily_unavailable"
  readonly description: string
  readonly status?: 400 | 401 | 413 | 429 | 500
  readonly reason?: string
  /** The client tried HTTP Basic, so it is asked for it (RFC 6749 section 5.2). */
  readonly challenge?: boolean
  /** Seconds. */
  readonly retryAfter?: number
}> {}

/**
 * @since 0.1.0
 */
export const invalidRequest = (description: string): OAuthFailure =>
  new OAuthFailure({ error: "invalid_request", description })

/**
 * The one answer to every code or refresh token that cannot be used, whatever the reason is (RFC 6749 section 5.2).
 *
 * @since 0.1.0
 */
export const invalidGrant = (reason: string): OAuthFailure =>
  new OAuthFailure({
    error: "invalid_grant",
    description: "The code or refresh token is invalid, expired, revoked or was issued to another client.",
    reason
  })

/**
 * @since 0.1.0
 */
export const serverFailure: OAuthFailure = new OAuthFailure({
  error: "server_error",
  description: "Sentinel has an internal error. Try again.",
  status: 500
})

/**
 * @since 0.1.0
 */
export const toResponse = (failure: OAuthFailure): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(
    { error: failure.error, error_description: failure.description },
    {
      status: failure.status ?? 400,
      headers: {
        ...noStore,
        ...(failure.challenge === true && { "www-authenticate": 'Basic realm="sentinel", charset="UTF-8"' }),
        ...(failure.retryAfter !== undefined && { "retry-after": String(failure.retryAfter) })
      }
    }
  )
