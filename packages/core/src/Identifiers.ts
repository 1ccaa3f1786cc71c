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
 * LivePerson's account id, also called site id or brand id: an opaque text, never a number, since internal accounts have
 * letter prefixes (`le81823118`).
 *
 * @example
 * ```ts
 * import { AccountId } from "@le-auth/core/Identifiers"
 *
 * const accountId = AccountId.make("12345678")
 * ```
 *
 * @since 0.1.0
 */
export const AccountId = Schema.String.check(
  Schema.isPattern(Patterns.accountId, { expected: "a LivePerson account id: 1 to 32 letters and digits" })
).pipe(Schema.brand("AccountId"))
/** @since 0.1.0 */
export type AccountId = typeof AccountId.Type

/**
 * `client_id` (RFC 6749 appendix A.1): the installation id that LivePerson gives an application, a UUID in practice.
 *
 * @since 0.1.0
 */
export const ClientId = Schema.String.check(visibleCharacters).pipe(Schema.brand("ClientId"))
/** @since 0.1.0 */
export type ClientId = typeof ClientId.Type

/**
 * `client_secret` (RFC 6749 appendix A.2), redacted from the boundary inwards.
 *
 * @since 0.1.0
 */
export const ClientSecret = Schema.RedactedFromValue(Schema.String.check(visibleCharacters))
/** @since 0.1.0 */
export type ClientSecret = typeof ClientSecret.Type

/**
 * `redirect_uri`: an absolute http or https URI without a fragment (RFC 6749 section 3.1.2).
 *
 * It stays the text that was registered. A URL parser would change the case of the host, drop a default port or resolve
 * `..`, and redirect URIs are compared as plain text (RFC 6749 section 3.1.2.3).
 *
 * @since 0.1.0
 */
export const RedirectUri = Schema.String.check(
  Schema.isPattern(/^https?:\/\/[^\s#/?][^\s#]*$/i, {
    expected: "an absolute http or https URI without a fragment (RFC 6749 section 3.1.2)"
  }),
  Schema.isPattern(/^[\x21-\x7e]+$/, { expected: "a URI of ASCII characters, others percent-encoded (RFC 3986)" }),
  Schema.makeFilter((uri: string) => URL.canParse(uri), { expected: "a URI that parses" })
).pipe(Schema.brand("RedirectUri"))
/** @since 0.1.0 */
export type RedirectUri = typeof RedirectUri.Type

/**
 * `state` (RFC 6749 appendix A.5). In le-auth it is always made by `SignIn.start`, never by the application.
 *
 * @since 0.1.0
 */
export const State = Schema.String.check(visibleCharacters).pipe(Schema.brand("State"))
/** @since 0.1.0 */
export type State = typeof State.Type

/**
 * `code` (RFC 6749 appendix A.11): the authorization code, opaque and redacted.
 *
 * @since 0.1.0
 */
export const AuthorizationCode = Schema.RedactedFromValue(Schema.String.check(visibleCharacters))
/** @since 0.1.0 */
export type AuthorizationCode = typeof AuthorizationCode.Type

/**
 * `access_token` (RFC 6749 appendix A.12): the bearer for LivePerson's APIs, opaque and redacted.
 *
 * @since 0.1.0
 */
export const AccessToken = Schema.RedactedFromValue(Schema.String.check(visibleCharacters))
/** @since 0.1.0 */
export type AccessToken = typeof AccessToken.Type

/**
 * `refresh_token` (RFC 6749 appendix A.17), opaque and redacted. Examples of LivePerson have 146 to 544 characters.
 *
 * @since 0.1.0
 */
export const RefreshToken = Schema.RedactedFromValue(Schema.String.check(visibleCharacters))
/** @since 0.1.0 */
export type RefreshToken = typeof RefreshToken.Type

/**
 * `id_token`: a JWT (OpenID Connect Core section 2), redacted because whoever has it can present it.
 *
 * @since 0.1.0
 */
export const IdTokenText = Schema.RedactedFromValue(Schema.NonEmptyString)
/** @since 0.1.0 */
export type IdTokenText = typeof IdTokenText.Type

/**
 * `code_verifier` of PKCE: 43 to 128 unreserved characters (RFC 7636 section 4.1), redacted.
 *
 * @since 0.1.0
 */
export const CodeVerifier = Schema.RedactedFromValue(
  Schema.String.check(
    Schema.isPattern(Patterns.codeVerifier, { expected: "43 to 128 unreserved characters (RFC 7636)" })
  )
)
/** @since 0.1.0 */
export type CodeVerifier = typeof CodeVerifier.Type

/**
 * `sub` of the id_token: the LivePerson user, unique within one account at best. Any text that is one: half a surrogate pair,
 * which JSON can carry, would fit into no address and no file.
 *
 * @since 0.1.0
 */
export const Subject = Schema.NonEmptyString.check(
  Schema.makeFilter((text: string) => !/\p{Surrogate}/u.test(text), { expected: "well-formed Unicode" })
).pipe(Schema.brand("Subject"))
/** @since 0.1.0 */
export type Subject = typeof Subject.Type
