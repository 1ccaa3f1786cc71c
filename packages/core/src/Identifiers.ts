/**
 * The opaque values that travel through a sign-in, each with its own type.
 *
 * The character classes are those of RFC 6749 appendix A. They are not a formality: a value outside of them, such as a
 * lone surrogate, does not survive a URL. No value has an upper length here, because LivePerson documents none.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Patterns from "./shared/Patterns.ts"

/** `VSCHAR` of RFC 6749 appendix A: a printable ASCII character, space included. */
const visibleCharacters = Schema.isPattern(/^[\x20-\x7e]+$/, {
  expected: "one or more printable ASCII characters (RFC 6749 appendix A)"
})

/**
 * LivePerson's account id, also called site id or brand id: an opaque text, never a number, since internal accounts
 * have letter prefixes (`le81823118`).
 *
 * @example
 * ```ts
 * import { AccountId } from "@le-auth/core/Identifiers"
 *
 * const accountId = AccountId.make("12345678")
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const AccountId = Schema.String.check(
  Schema.isPattern(Patterns.accountId, { expected: "a LivePerson account id: 1 to 32 letters and digits" })
).pipe(Schema.brand("AccountId"))
export type AccountId = typeof AccountId.Type

/**
 * `client_id`: the installation id that LivePerson gives an application, a UUID in practice.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-A.1 RFC 6749 appendix A.1}
 * @category schemas
 * @since 0.1.0
 */
export const ClientId = Schema.String.check(visibleCharacters).pipe(Schema.brand("ClientId"))
export type ClientId = typeof ClientId.Type

/**
 * `client_secret`, redacted as soon as it is read.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-A.2 RFC 6749 appendix A.2}
 * @category schemas
 * @since 0.1.0
 */
export const ClientSecret = Schema.RedactedFromValue(Schema.String.check(visibleCharacters))
export type ClientSecret = typeof ClientSecret.Type

/**
 * `redirect_uri`: an absolute http or https URI without a fragment.
 *
 * It stays the text that was registered. A URL parser would change the case of the host, drop a default port or
 * resolve `..`, and redirect URIs are compared as plain text.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2 RFC 6749 section 3.1.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.3 RFC 6749 section 3.1.2.3}
 * @category schemas
 * @since 0.1.0
 */
export const RedirectUri = Schema.String.check(
  Schema.isPattern(/^https?:\/\/[^\s#/?][^\s#]*$/i, {
    expected: "an absolute http or https URI without a fragment (RFC 6749 section 3.1.2)"
  }),
  Schema.isPattern(/^[\x21-\x7e]+$/, { expected: "a URI of ASCII characters, others percent-encoded (RFC 3986)" }),
  Schema.makeFilter((uri: string) => URL.canParse(uri), { expected: "a URI that parses" })
).pipe(Schema.brand("RedirectUri"))
export type RedirectUri = typeof RedirectUri.Type

/**
 * `state`. In le-auth it is always made by `SignIn.start`, never by the application.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-A.5 RFC 6749 appendix A.5}
 * @category schemas
 * @since 0.1.0
 */
export const State = Schema.String.check(visibleCharacters).pipe(Schema.brand("State"))
export type State = typeof State.Type

/**
 * `code`: the authorization code, opaque and redacted.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-A.11 RFC 6749 appendix A.11}
 * @category schemas
 * @since 0.1.0
 */
export const AuthorizationCode = Schema.RedactedFromValue(Schema.String.check(visibleCharacters))
export type AuthorizationCode = typeof AuthorizationCode.Type

/**
 * `access_token`: the bearer for LivePerson's APIs, opaque and redacted.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12 RFC 6749 appendix A.12}
 * @category schemas
 * @since 0.1.0
 */
export const AccessToken = Schema.RedactedFromValue(Schema.String.check(visibleCharacters))
export type AccessToken = typeof AccessToken.Type

/**
 * `refresh_token`, opaque and redacted. Examples of LivePerson have 146 to 544 characters.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-A.17 RFC 6749 appendix A.17}
 * @category schemas
 * @since 0.1.0
 */
export const RefreshToken = Schema.RedactedFromValue(Schema.String.check(visibleCharacters))
export type RefreshToken = typeof RefreshToken.Type

/**
 * `id_token`: a JWT, redacted because anyone who has it can present it.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken OpenID Connect Core section 2}
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-3 RFC 7519 section 3}
 * @category schemas
 * @since 0.1.0
 */
export const IdTokenText = Schema.RedactedFromValue(Schema.NonEmptyString)
export type IdTokenText = typeof IdTokenText.Type

/**
 * `code_verifier` of PKCE: 43 to 128 unreserved characters, redacted.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.1 RFC 7636 section 4.1}
 * @category schemas
 * @since 0.1.0
 */
export const CodeVerifier = Schema.RedactedFromValue(
  Schema.String.check(
    Schema.isPattern(Patterns.codeVerifier, { expected: "43 to 128 unreserved characters (RFC 7636)" })
  )
)
export type CodeVerifier = typeof CodeVerifier.Type

/**
 * `sub` of the id_token: the LivePerson user, unique within one account at best. Any well-formed text: half a
 * surrogate pair, which JSON can carry, has no place in an address or a file.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2 RFC 7519 section 4.1.2}
 * @category schemas
 * @since 0.1.0
 */
export const Subject = Schema.NonEmptyString.check(
  Schema.makeFilter((text: string) => !/\p{Surrogate}/u.test(text), { expected: "well-formed Unicode" })
).pipe(Schema.brand("Subject"))
export type Subject = typeof Subject.Type
