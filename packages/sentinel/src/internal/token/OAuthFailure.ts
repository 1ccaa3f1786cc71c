/** The error answers of the token and the revocation endpoint (RFC 6749 section 5.2). */
import type { TokenErrorCode } from "@le-auth/core/OAuthError"
import { html } from "@le-auth/core/shared/Html"
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Data from "effect/Data"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { SentinelDialect } from "../../SentinelDialect.ts"

/** The headers of answers with tokens and of errors (RFC 6749 section 5.1). */
export const tokenHeaders: Readonly<Record<string, string>> = { ...documentHeaders, pragma: "no-cache" }

/** `description` is a fixed text that repeats no part of the request. `reason` says more, for the log only. */
export class OAuthFailure extends Data.TaggedError("OAuthFailure")<{
  readonly error: TokenErrorCode | "server_error" | "temporarily_unavailable"
  readonly description: string
  readonly status?: 400 | 401 | 413 | 429 | 500 | 503
  readonly reason?: string
  /** The client tried HTTP Basic, so the answer asks for it (RFC 6749 section 5.2). */
  readonly challenge?: boolean
  /** Seconds, for the header `Retry-After`. */
  readonly retryAfter?: number
}> {}

export const invalidRequest = (description: string): OAuthFailure =>
  new OAuthFailure({ error: "invalid_request", description })

/** The one answer to every code or refresh token that cannot be used, whatever the reason is (RFC 6749 section 5.2). */
export const invalidGrant = (reason: string): OAuthFailure =>
  new OAuthFailure({
    error: "invalid_grant",
    description: "The code or refresh token is invalid, expired, revoked or was issued to another client.",
    reason
  })

/** The one answer to an unknown account, an unknown application and a wrong secret (RFC 6749 section 5.2). */
export const authenticationFailed = (details: {
  readonly reason: string
  readonly status?: 400 | 401
  readonly challenge?: boolean
}): OAuthFailure =>
  new OAuthFailure({
    error: "invalid_client",
    description: "Client authentication failed: check the account, client_id and client_secret.",
    ...details
  })

export const serverFailure: OAuthFailure = new OAuthFailure({
  error: "server_error",
  description: "Sentinel has an internal error. Try again.",
  status: 500
})

/**
 * The store does not answer. RFC 6749 section 5.2 has no code for it; that of the authorization endpoint has the right
 * meaning.
 */
export const storeFailure: OAuthFailure = new OAuthFailure({
  error: "temporarily_unavailable",
  description: "Sentinel cannot reach its store. Try again in a moment.",
  status: 503,
  retryAfter: 2
})

const bodies: Record<SentinelDialect["errorBody"], (failure: OAuthFailure, status: number) => string> = {
  oauth: ({ description, error }) => JSON.stringify({ error, error_description: description }),
  // The form of LivePerson's other services. The form of Sentinel's own errors is not documented.
  liveperson: ({ description, error }, status) =>
    JSON.stringify({ error: { message: `${error}: ${description}`, internalCode: status, responseStatus: status } }),
  html: ({ description, error }) =>
    html`<!doctype html>
      <html lang="en">
        <head>
          <title>${error}</title>
        </head>
        <body>
          <h1>${error}</h1>
          <p>${description}</p>
        </body>
      </html> `.text
}

/** The answer, with the body that the dialect asks for. */
export const toResponse = (
  failure: OAuthFailure,
  errorBody: SentinelDialect["errorBody"]
): HttpServerResponse.HttpServerResponse => {
  const status = failure.status ?? 400
  return HttpServerResponse.text(bodies[errorBody](failure, status), {
    status,
    contentType: errorBody === "html" ? "text/html; charset=utf-8" : "application/json",
    headers: {
      ...tokenHeaders,
      ...(failure.challenge === true && { "www-authenticate": 'Basic realm="sentinel", charset="UTF-8"' }),
      ...(failure.retryAfter !== undefined && { "retry-after": String(failure.retryAfter) })
    }
  })
}
