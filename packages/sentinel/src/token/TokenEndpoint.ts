/**
 * The token endpoint (RFC 6749 section 3.2).
 *
 * @see LivePerson, LE Applications Authorization API, "Token request", "Refresh request"
 * @since 0.1.0
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ApiVersion from "../http/ApiVersion.ts"
import type { Handler, Incoming } from "../http/Endpoint.ts"
import * as FormBody from "../http/FormBody.ts"
import type { GrantType } from "../SentinelConfig.ts"
import { SentinelProfile } from "../SentinelProfile.ts"
import type { ClientAuthentication } from "./ClientAuthentication.ts"
import type { GrantHandler } from "./GrantRequest.ts"
import { invalidRequest, OAuthFailure, serverFailure, toResponse } from "./OAuthFailure.ts"

/**
 * Reads the form of a request to the token or the revocation endpoint, and checks what is common to both.
 *
 * @since 0.1.0
 */
export const readForm = Effect.fnUntraced(function* ({ query, request }: Incoming) {
  if (!ApiVersion.isTokenVersion(query.get("v"))) return yield* invalidRequest("v must be 1.0 or 2.0.")
  const body = yield* Effect.mapError(
    FormBody.read(request),
    ({ description, status }) => new OAuthFailure({ error: "invalid_request", description, status })
  )
  if (body.repeated.size > 0 || query.repeated.has("v"))
    return yield* invalidRequest("A parameter appears more than once.")
  return body
})

/**
 * Turns every failure into an answer, and says in the log what the answer does not say.
 *
 * @since 0.1.0
 */
export const answering =
  (
    endpoint: string,
    work: (incoming: Incoming) => Effect.Effect<HttpServerResponse.HttpServerResponse, OAuthFailure | StoreError>
  ): Handler =>
  (incoming) =>
    Effect.catchCause(work(incoming), (cause) => {
      const failure = cause.reasons.find((reason) => reason._tag === "Fail")?.error
      if (failure?._tag !== "OAuthFailure") {
        return Effect.as(Effect.logError(`${endpoint} failed`, cause), toResponse(serverFailure))
      }
      return Effect.logInfo(`${endpoint} refused: ${failure.error}, ${failure.reason ?? failure.description}`).pipe(
        Effect.annotateLogs({ account: incoming.accountId }),
        Effect.as(toResponse(failure))
      )
    })

/**
 * `grants` are the grant types that there are.
 *
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  authenticate: ClientAuthentication,
  grants: ReadonlyMap<string, GrantHandler>
): Effect.fn.Return<Handler> {
  const { tokenClientErrorStatus } = yield* SentinelProfile

  return answering(
    "token",
    Effect.fnUntraced(function* (incoming) {
      const body = yield* readForm(incoming)
      const installation = yield* authenticate(incoming, body, tokenClientErrorStatus)
      const grantType = body.get("grant_type")
      if (grantType === undefined) return yield* invalidRequest("grant_type is missing.")
      const grant = grants.get(grantType)
      if (grant === undefined) {
        return yield* new OAuthFailure({
          error: "unsupported_grant_type",
          description: "grant_type must be authorization_code or refresh_token."
        })
      }
      if (!installation.grantTypes.includes(grantType as GrantType)) {
        return yield* new OAuthFailure({
          error: "unauthorized_client",
          description: "The installation does not have this grant type."
        })
      }
      const now = yield* Clock.currentTimeMillis
      return yield* grant({ accountId: incoming.accountId, installation, body, now })
    })
  )
})
