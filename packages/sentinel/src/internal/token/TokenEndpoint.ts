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
import * as Trail from "../http/Trail.ts"
import { isStoreFailure } from "../store/storeFailure.ts"
import type { GrantType } from "../../SentinelConfig.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import type { ClientAuthentication } from "./ClientAuthentication.ts"
import type { GrantHandler } from "./GrantRequest.ts"
import { invalidRequest, OAuthFailure, serverFailure, storeFailure, toResponse } from "./OAuthFailure.ts"

/**
 * Checks the version of a request to the token or the revocation endpoint.
 *
 * @since 0.1.0
 */
export const checkVersion = ({ query }: Incoming, dialect: SentinelDialect): Effect.Effect<void, OAuthFailure> => {
  const problem = query.repeated.has("v")
    ? "The parameter v appears more than once."
    : ApiVersion.problemOf(query, dialect.tokenVersions, dialect)
  return problem === undefined ? Effect.void : Effect.fail(invalidRequest(problem))
}

/**
 * Reads the form of a request.
 *
 * @since 0.1.0
 */
export const readForm = Effect.fnUntraced(function* ({ request }: Incoming) {
  const body = yield* Effect.mapError(
    FormBody.read(request),
    ({ description, status }) => new OAuthFailure({ error: "invalid_request", description, status })
  )
  if (body.repeated.size > 0) return yield* invalidRequest("A parameter appears more than once.")
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
    { errorBody }: SentinelDialect,
    work: (incoming: Incoming) => Effect.Effect<HttpServerResponse.HttpServerResponse, OAuthFailure | StoreError>
  ): Handler =>
  (incoming) =>
    Effect.catchCause(work(incoming), (cause) => {
      const failure = cause.reasons.find((reason) => reason._tag === "Fail")?.error
      if (failure?._tag !== "OAuthFailure") {
        return Effect.as(
          Effect.logError(`${endpoint} failed`, cause),
          toResponse(isStoreFailure(cause) ? storeFailure : serverFailure, errorBody)
        )
      }
      const reason = failure.reason ?? failure.description
      return Effect.logInfo(`${endpoint} refused: ${failure.error}, ${reason}`).pipe(
        Effect.annotateLogs({ account: incoming.accountId }),
        Effect.andThen(Trail.refused(failure.error, reason)),
        Effect.as(toResponse(failure, errorBody))
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
  const dialect = yield* SentinelDialect
  const authentication = { status: dialect.tokenClientErrorStatus, inQuery: false }

  return answering(
    "token",
    dialect,
    Effect.fnUntraced(function* (incoming) {
      yield* checkVersion(incoming, dialect)
      const body = yield* readForm(incoming)
      const installation = yield* authenticate(incoming, body, authentication)
      const grantType = body.get("grant_type")
      if (grantType === undefined) return yield* invalidRequest("grant_type is missing.")
      const grant = grants.get(grantType)
      if (grant === undefined) {
        return yield* new OAuthFailure({
          error: "unsupported_grant_type",
          description:
            "grant_type must be authorization_code or refresh_token. For client_credentials there is app/token."
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
