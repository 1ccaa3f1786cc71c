/**
 * The messages of the token endpoint (RFC 6749 sections 4.1.3, 5.1 and 6) and of revocation (RFC 7009), with the exact
 * names of the wire.
 *
 * @see LivePerson, LE Applications Authorization API, "Token request", "Refresh request", "Token revocation request"
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import {
  AccessToken,
  AuthorizationCode,
  ClientId,
  ClientSecret,
  CodeVerifier,
  IdTokenText,
  RedirectUri,
  RefreshToken
} from "./Identifiers.ts"

/** LivePerson wants the client's credentials in the body of the request. */
const clientCredentials = { client_id: ClientId, client_secret: ClientSecret }

/**
 * Exchanges an authorization code. `redirect_uri` is sent if and only if it was sent to the authorization endpoint.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 section 4.1.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.5 RFC 7636 section 4.5}
 * @category schemas
 * @since 0.1.0
 */
export const CodeExchange = Schema.Struct({
  grant_type: Schema.Literal("authorization_code"),
  code: AuthorizationCode,
  redirect_uri: Schema.optionalKey(RedirectUri),
  code_verifier: Schema.optionalKey(CodeVerifier),
  ...clientCredentials
})
export type CodeExchange = typeof CodeExchange.Type

/**
 * Exchanges a refresh token for a new access token.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 section 6}
 * @category schemas
 * @since 0.1.0
 */
export const RefreshRequest = Schema.Struct({
  grant_type: Schema.Literal("refresh_token"),
  refresh_token: RefreshToken,
  ...clientCredentials
})
export type RefreshRequest = typeof RefreshRequest.Type

/**
 * The body of a request to the token endpoint.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 section 3.2}
 * @category schemas
 * @since 0.1.0
 */
export const TokenRequest = Schema.Union([CodeExchange, RefreshRequest])
export type TokenRequest = typeof TokenRequest.Type

/**
 * Revokes a refresh token and with it **all LivePerson sessions of the user**, not only this application's.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2.1 RFC 7009 section 2.1}
 * @category schemas
 * @since 0.1.0
 */
export const RevokeRequest = Schema.Struct({ token: RefreshToken, ...clientCredentials })
export type RevokeRequest = typeof RevokeRequest.Type

/**
 * Asks for an app token, with which an application acts for itself and for no user.
 *
 * @see LivePerson, API guidelines, "OAuth 2.0 client credentials"
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2 RFC 6749 section 4.4.2}
 * @category schemas
 * @since 0.1.0
 */
export const AppTokenRequest = Schema.Struct({
  grant_type: Schema.Literal("client_credentials"),
  ...clientCredentials
})
export type AppTokenRequest = typeof AppTokenRequest.Type

/**
 * `expires_in` in seconds. LivePerson's own clients have seen it as a number, as a numeric text and not at all.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 section 5.1}
 * @category schemas
 * @since 0.1.0
 */
export const ExpiresIn = Schema.Union([
  Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  Schema.String.check(Schema.isPattern(/^\d{1,15}$/)).pipe(
    Schema.decodeTo(Schema.Finite, SchemaTransformation.transform({ decode: Number, encode: String }))
  )
])

/** Compared without regard to case (RFC 6749 section 5.1). */
const TokenType = Schema.String.check(Schema.isPattern(/^bearer$/i, { expected: "the token type Bearer" }))

/**
 * The successful answer to an {@link AppTokenRequest}. Other members are kept out: one page of LivePerson's has a
 * refresh token here, the others contradict it, and the standard advises against it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4.3 RFC 6749 section 4.4.3}
 * @category schemas
 * @since 0.1.0
 */
export const AppTokenResponse = Schema.Struct({
  access_token: AccessToken,
  token_type: TokenType,
  expires_in: Schema.optionalKey(ExpiresIn)
})
export type AppTokenResponse = typeof AppTokenResponse.Type

/**
 * The successful answer of the token endpoint. Only `access_token` and `token_type` are certain;
 * LivePerson gives no `id_token` on a refresh, and `expires_in` only in its newest documentation.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 section 5.1}
 * @category schemas
 * @since 0.1.0
 */
export const TokenResponse = Schema.Struct({
  access_token: AccessToken,
  token_type: TokenType,
  refresh_token: Schema.optionalKey(RefreshToken),
  id_token: Schema.optionalKey(IdTokenText),
  expires_in: Schema.optionalKey(ExpiresIn)
})
export type TokenResponse = typeof TokenResponse.Type
