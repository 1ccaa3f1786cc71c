/** The answer to an authorization request: its destination, and its parts. */
import type { AuthorizationErrorCode } from "@le-auth/core/OAuthError"
import { append } from "@le-auth/core/shared/UrlParameters"
import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Problem } from "../http/Problem.ts"
import * as Redirect from "../http/Redirect.ts"
import { isStoreFailure } from "../store/storeFailure.ts"

/**
 * The destination of an answer. It exists only when account, client and redirect URI are valid: from then on, and not
 * before, the user can be sent back.
 */
export interface AuthorizationResponse {
  readonly accountId: string
  readonly clientId: string
  readonly redirectUri: string
  /** Whether the request had the parameter; then the token request must also have it (RFC 6749 section 4.1.3). */
  readonly redirectUriWasSent: boolean
  readonly state: string | undefined
  /** The S256 challenge of PKCE (RFC 7636), if the dialect has it. */
  readonly codeChallenge: string | undefined
  /** `nonce` of OpenID Connect, if the dialect has it. */
  readonly nonce: string | undefined
  /** The scopes that the request asks for and gets, if the dialect has OpenID Connect. */
  readonly scope?: string | undefined
  /** The issuer in the answer (RFC 9207), if the dialect has it there. */
  readonly issuer: string | undefined
}

/** The codes that OpenID Connect Core section 3.1.2.6 adds, as far as they are used here. */
export type OpenIdErrorCode = "login_required" | "request_not_supported" | "request_uri_not_supported"

/**
 * An error that goes back to the application (RFC 6749 section 4.1.2.1). `description` is a fixed text, so that it
 * repeats no part of the request. `reason` says more, for the log only.
 */
export class SentBackError extends Data.TaggedError("SentBackError")<{
  readonly error: AuthorizationErrorCode | OpenIdErrorCode
  readonly description: string
  readonly problem?: Problem
  readonly reason?: string
}> {}

/** The answer with a code (RFC 6749 section 4.1.2). */
export const sendCode = (
  to: AuthorizationResponse,
  code: string,
  status: 302 | 303
): HttpServerResponse.HttpServerResponse =>
  Redirect.to(append(to.redirectUri, { code, state: to.state, iss: to.issuer }), status)

/** The answer with an error (RFC 6749 section 4.1.2.1). */
export const sendError = (
  to: AuthorizationResponse,
  { description, error }: { readonly error: string; readonly description?: string | undefined },
  status: 302 | 303
): HttpServerResponse.HttpServerResponse =>
  Redirect.to(
    append(to.redirectUri, {
      error,
      error_description: description,
      state: to.state,
      iss: to.issuer
    }),
    status
  )

const serverError = new SentBackError({
  error: "server_error",
  description: "Sentinel has an internal error. Try again."
})

const temporarilyUnavailable = new SentBackError({
  error: "temporarily_unavailable",
  description: "Sentinel cannot reach its store. Try again in a moment."
})

/** The error to send back after a failure of Sentinel or its store. */
export const brokenBy = (cause: Cause.Cause<unknown>): SentBackError =>
  isStoreFailure(cause) ? temporarilyUnavailable : serverError
