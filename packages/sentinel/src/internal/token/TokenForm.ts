/**
 * The common parts of the endpoints that read a form of a client: the token, the app token and the revocation endpoint.
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { SentinelDialect } from "../../SentinelDialect.ts"
import * as ApiVersion from "../http/ApiVersion.ts"
import * as FormBody from "../http/FormBody.ts"
import * as RequestContext from "../http/RequestContext.ts"
import type { Handler, Incoming } from "../http/RouteHandlers.ts"
import { isStoreFailure } from "../store/storeFailure.ts"
import { invalidRequest, OAuthFailure, serverFailure, storeFailure, toResponse } from "./OAuthFailure.ts"

/** Checks the version of a request to an endpoint; `versions` is the point that has those that it takes. */
export const checkVersion = (
  { query }: Incoming,
  dialect: SentinelDialect,
  versions: "appTokenVersions" | "tokenVersions"
): Effect.Effect<void, OAuthFailure> => {
  const { bareVersion, version } = dialect
  const points = { version: "version", versions } as const
  const problem = query.repeated.has("v")
    ? "The parameter v appears more than once."
    : ApiVersion.problemOf(query, { versions: dialect[versions], version, bareVersion, points })
  return problem === undefined ? Effect.void : Effect.fail(invalidRequest(problem))
}

/** Reads the form of a request. */
export const readForm = Effect.fnUntraced(function* ({ request }: Incoming) {
  const body = yield* Effect.mapError(
    FormBody.read(request),
    ({ description, status }) => new OAuthFailure({ error: "invalid_request", description, status })
  )
  if (body.repeated.size > 0) return yield* invalidRequest("A parameter appears more than once.")
  return body
})

/** Turns every failure into an answer, and logs the reason that the answer does not tell. */
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
        Effect.andThen(RequestContext.refused(failure.error, reason)),
        Effect.as(toResponse(failure, errorBody))
      )
    })
