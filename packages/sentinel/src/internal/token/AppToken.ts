/**
 * App tokens: an application acts for itself, without a user (RFC 6749 section 4.4).
 *
 * @see LivePerson, API guidelines, "OAuth 2.0 client credentials"
 */
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Clock from "effect/Clock"
import type * as Digest from "effect/crypto/Digest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { SigningKeys } from "../../SigningKeys.ts"
import type { Issuer } from "../documents/Issuer.ts"
import * as FormBody from "../http/FormBody.ts"
import { passesBy } from "../http/passesBy.ts"
import * as RequestContext from "../http/RequestContext.ts"
import type { Handler, Incoming } from "../http/RouteHandlers.ts"
import * as AppTokenReader from "./AppTokenReader.ts"
import { type ClientAuthentication, secretInQuery } from "./ClientAuthentication.ts"
import { invalidRequest, tokenHeaders, OAuthFailure } from "./OAuthFailure.ts"
import { expiresIn } from "./TokenAnswer.ts"
import { answering, checkVersion, readForm } from "./TokenForm.ts"
import * as TokenTime from "./TokenTime.ts"

const inQueryWarning =
  "RFC 6749 section 2.3.1: the client secret is in the query, where logs of proxies keep it. " +
  "appTokenSecretInQuery=false refuses it."

/** The points that this endpoint has of its own, under the names of what it shares with others. */
const ofAppTokens = (dialect: SentinelDialect): SentinelDialect => ({
  ...dialect,
  errorBody: dialect.appTokenErrorBody,
  tokenClientErrorStatus: dialect.appTokenClientErrorStatus
})

/**
 * The endpoints of both versions. They differ in the path, and in `expires_in`. LivePerson's first version signs with a
 * key that is printed in the documentation, the second with published keys; here both sign with a published key, whose
 * id for them begins with `appjwt-`. A token of one kind does not pass for one of the other: app tokens have no `sub`,
 * and their audience is the account.
 *
 * The token is a JWT (`aud` the account, `azp` the installation, no `sub`). It is not stored, so it cannot be revoked.
 */
export const make = Effect.fnUntraced(function* (
  authenticate: ClientAuthentication,
  issuer: Issuer
): Effect.fn.Return<{ readonly v1: Handler; readonly v2: Handler }, never, Digest.Digest | SigningKeys> {
  const keys = yield* SigningKeys
  const dialect = ofAppTokens(yield* SentinelDialect)
  const { dateOf } = yield* TokenTime.jwtClock
  const note = yield* AppTokenReader.note
  const seconds = Duration.toSeconds(dialect.appTokenLifetime)
  const inQuery = dialect.appTokenSecretInQuery
  const authentication = { status: dialect.tokenClientErrorStatus, inQuery }

  /**
   * Parameters of the query count where the body has none. A request with all of them there has no form, whatever its
   * content type is.
   */
  const readBoth = Effect.fnUntraced(function* (incoming: Incoming) {
    const { query, request } = incoming
    const hasSecret = query.has("client_secret")
    if (hasSecret && !inQuery) return yield* secretInQuery(passesBy("appTokenSecretInQuery", true))
    if (hasSecret) yield* RequestContext.warned(inQueryWarning)
    const isAsked = inQuery && (hasSecret || query.has("client_id") || query.has("grant_type"))
    const body = FormBody.isForm(request) || !isAsked ? yield* readForm(incoming) : undefined
    // What most requests have in the query is looked at where it is needed.
    if (body !== undefined && !hasSecret && !query.has("client_id")) return body
    if (query.repeated.size > 0) return yield* invalidRequest("A parameter appears more than once.")
    const both = new URLSearchParams({ ...query.toRecord(), ...body?.toRecord() })
    // Both have been counted already.
    return UrlParameters.fromSearch(both.toString(), { count: Infinity })
  })

  const answer = Effect.fnUntraced(function* (incoming: Incoming, form: SentinelDialect["appTokenExpiresIn"]) {
    const { accountId, query } = incoming
    const body = yield* readBoth(incoming)
    const installation = yield* authenticate(incoming, body, authentication)
    // LivePerson also documents the grant type in the query. It is not a secret.
    const grantType = body.get("grant_type") ?? query.get("grant_type")
    if (grantType === undefined) return yield* invalidRequest("grant_type is missing. It must be client_credentials.")
    if (grantType !== "client_credentials") {
      return yield* new OAuthFailure({
        error: "unsupported_grant_type",
        description: "grant_type must be client_credentials."
      })
    }
    // Only an application with a proven identity may act for itself (RFC 6749 section 4.4).
    if (!installation.grantTypes.includes("client_credentials") || installation.secretHash === undefined) {
      return yield* new OAuthFailure({
        error: "unauthorized_client",
        description: "The installation does not have the grant type client_credentials."
      })
    }
    const iat = dateOf(yield* Clock.currentTimeMillis)
    const token = yield* keys
      .signAppToken({
        aud: accountId,
        azp: installation.clientId,
        scope: installation.scope,
        iss: issuer.ofAppTokens(accountId, incoming.request),
        exp: iat + seconds,
        iat
      })
      .pipe(Effect.catchTag("CryptoError", Effect.die))
    yield* Effect.logInfo("app token issued").pipe(
      Effect.annotateLogs({ account: accountId, client: installation.clientId })
    )
    const { scope } = installation
    yield* note(`app token issued ${scope === undefined ? "without a scope" : `with the scope ${scope}`}`, token)
    return HttpServerResponse.jsonUnsafe(
      { access_token: token, token_type: "Bearer", expires_in: expiresIn(form, dialect.appTokenLifetime) },
      { headers: tokenHeaders }
    )
  })

  return {
    v1: answering("app token", dialect, (incoming) =>
      Effect.andThen(checkVersion(incoming, dialect, "appTokenVersions"), answer(incoming, dialect.appTokenV1ExpiresIn))
    ),
    v2: answering("app token", dialect, (incoming) => answer(incoming, dialect.appTokenExpiresIn))
  }
})
