/** An error that is shown at Sentinel itself and never sent back by a redirect. */
import type { Html } from "@le-auth/core/shared/Html"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Problem } from "./Problem.ts"

/**
 * LivePerson redirects an error only if account, client and redirect URI are all valid; every other error is one of
 * these (RFC 6749 section 4.1.2.1). But for `more`, no text of it repeats a part of the request.
 */
export class ShownError extends Data.TaggedError("ShownError")<{
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 413 | 414 | 429 | 431 | 500 | 501 | 503
  /** A code of OAuth 2.0 where there is one. */
  readonly error: string
  /** The problem, for the developer, in characters of RFC 6749 section 5.2 only. */
  readonly description: string
  readonly problem?: Problem
  /** The next step for the developer or the user. */
  readonly remedy: string
  /** The reason for the log, where the answer must not tell it. */
  readonly reason?: string
  readonly headers?: Readonly<Record<string, string>>
  /** What only a page says, and only in development: what was sent, and what could have been sent. */
  readonly more?: Html | undefined
}> {}

/** Answers a request with an error. */
export type Show = (
  error: ShownError,
  request: HttpServerRequest.HttpServerRequest
) => Effect.Effect<HttpServerResponse.HttpServerResponse>

/** A defect of Sentinel (RFC 6749 section 4.1.2.1 has no way to send a 500 back). */
export const internalError = new ShownError({
  status: 500,
  error: "server_error",
  description: "Sentinel has an internal error.",
  remedy: "Try again. If it stays so, look for the request id in the log of Sentinel."
})

/** The store does not answer. */
export const unavailable = new ShownError({
  status: 503,
  error: "temporarily_unavailable",
  description: "Sentinel cannot reach its store.",
  remedy: "Try again in a moment."
})

/** Sentinel takes the method at no address (RFC 9110 section 15.6.2). */
export const notImplemented = new ShownError({
  status: 501,
  error: "invalid_request",
  description: "Sentinel has no use for this method, here or anywhere.",
  remedy: "Use GET or POST, as the documentation of the address says."
})

/** No route has the path. */
export const notFound = new ShownError({
  status: 404,
  error: "not_found",
  description: "There is nothing at this address.",
  remedy:
    "Check the path: it is case sensitive, has no slash at its end, and begins with /sentinel/api/account/{accountid}/."
})
