/**
 * The HTTP contract of Sentinel, LivePerson's identity service: the same declaration serves the server, typed clients
 * and the OpenAPI document.
 *
 * @see LivePerson, LE Applications Authorization API
 * @since 0.1.0
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { BadRequest, InternalServerError, Unauthorized } from "./AuthorizeError.ts"
import { AuthorizeQuery } from "./AuthorizeRequest.ts"
import { AccountId } from "./Identifiers.ts"
import { JsonWebKeySet } from "./IdToken.ts"
import { OAuthErrorBody } from "./OAuthError.ts"
import * as ContractPaths from "./shared/ContractPaths.ts"
import { AppTokenRequest, AppTokenResponse, RevokeRequest, TokenRequest, TokenResponse } from "./Token.ts"

const params = { accountId: AccountId }

/** `v`, the version of the API. LivePerson prints `?v1.0` for revocation, so it may be missing. */
const version = { v: Schema.optionalKey(Schema.String) }

/** 302 to the login page, or back to the application with a code or an error. */
const Redirect = HttpApiSchema.WithHeaders(
  HttpApiSchema.Empty(302).annotate({
    description: "To the login page, or back to the application with a code or an error."
  }),
  { location: Schema.String }
)

const TokenFailure = OAuthErrorBody.annotate({
  httpApiStatus: 400,
  description: "The request, the client or the grant is not valid."
})
const ClientFailure = OAuthErrorBody.annotate({
  httpApiStatus: 401,
  description: "The account or the application id is not valid."
})
const ServerFailure = OAuthErrorBody.annotate({ httpApiStatus: 500, description: "An internal error." })

/**
 * The authorization request. A browser goes there by navigation; no script can read the redirect.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1}
 * @category schemas
 * @since 0.1.0
 */
export const authorize = HttpApiEndpoint.get("authorize", ContractPaths.authorize, {
  params,
  query: AuthorizeQuery,
  success: Redirect,
  error: [BadRequest, Unauthorized, InternalServerError]
}).annotateMerge(OpenApi.annotations({ title: "Authorization request", description: "Sends the user to sign in." }))

/**
 * The token and the refresh request.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 section 4.1.3}
 * @category schemas
 * @since 0.1.0
 */
export const token = HttpApiEndpoint.post("token", ContractPaths.token, {
  params,
  query: version,
  payload: TokenRequest.pipe(HttpApiSchema.asFormUrlEncoded()),
  success: TokenResponse,
  error: [TokenFailure, ClientFailure, ServerFailure]
}).annotateMerge(
  OpenApi.annotations({
    title: "Token request",
    description: "Exchanges a code or a refresh token for an access token."
  })
)

/**
 * The app token request: an application acts for itself. In version 1 LivePerson signs with a key that its
 * documentation prints.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2 RFC 6749 section 4.4.2}
 * @category schemas
 * @since 0.1.0
 */
export const appToken = HttpApiEndpoint.post("appToken", ContractPaths.appToken, {
  params,
  query: version,
  payload: AppTokenRequest.pipe(HttpApiSchema.asFormUrlEncoded()),
  success: AppTokenResponse,
  error: [TokenFailure, ClientFailure, ServerFailure]
}).annotateMerge(
  OpenApi.annotations({
    title: "App token request, version 1",
    description:
      "Gives an application a token of its own, without a user. LivePerson has it for the Connector API only."
  })
)

/**
 * The app token request in version 2, whose tokens are signed with the keys of the JWKS. Its path has the version.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2 RFC 6749 section 4.4.2}
 * @category schemas
 * @since 0.1.0
 */
export const appTokenV2 = HttpApiEndpoint.post("appTokenV2", ContractPaths.appTokenV2, {
  params,
  payload: AppTokenRequest.pipe(HttpApiSchema.asFormUrlEncoded()),
  success: AppTokenResponse,
  error: [TokenFailure, ClientFailure, ServerFailure]
}).annotateMerge(
  OpenApi.annotations({
    title: "App token request, version 2",
    description: "Gives an application a token of its own, without a user."
  })
)

/**
 * The revocation request. It ends all LivePerson sessions of the user.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2.1 RFC 7009 section 2.1}
 * @category schemas
 * @since 0.1.0
 */
export const revoke = HttpApiEndpoint.post("revoke", ContractPaths.revoke, {
  params,
  query: version,
  payload: RevokeRequest.pipe(HttpApiSchema.asFormUrlEncoded()),
  // RFC 7009 section 2.2: the content of the answer is ignored.
  success: [HttpApiSchema.Empty(200), Schema.Struct({})],
  error: [TokenFailure, ClientFailure, ServerFailure]
}).annotateMerge(
  OpenApi.annotations({
    title: "Token revocation request",
    description: "Ends the user's session in all LivePerson applications."
  })
)

/**
 * The public keys of app tokens and id_tokens. LivePerson's path has no dot before `well-known`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}
 * @category schemas
 * @since 0.1.0
 */
export const keys = HttpApiEndpoint.get("keys", ContractPaths.keys, {
  success: JsonWebKeySet
}).annotateMerge(
  OpenApi.annotations({ title: "JSON Web Key Set", description: "The public keys of app tokens and id_tokens." })
)

/**
 * The requests that Sentinel answers.
 *
 * @category schemas
 * @since 0.1.0
 */
export class SentinelGroup extends HttpApiGroup.make("sentinel").add(
  authorize,
  token,
  appToken,
  appTokenV2,
  revoke,
  keys
) {}

/**
 * The whole contract. `OpenApi.fromApi(SentinelApi)` gives the OpenAPI document.
 *
 * @category schemas
 * @since 0.1.0
 */
export class SentinelApi extends HttpApi.make("sentinel")
  .add(SentinelGroup)
  .annotateMerge(
    OpenApi.annotations({
      title: "LE Applications Authorization API",
      version: "1.0",
      description: "Lets an application act for users of LivePerson Conversational Cloud (LiveEngage)."
    })
  ) {}
