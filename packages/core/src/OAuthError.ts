/**
 * The error answer that OAuth 2.0 endpoints share: `error` and `error_description`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * The error codes of an authorization response. LivePerson lists none of its own, so unknown codes are kept as they
 * come.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @category errors
 * @since 0.1.0
 */
export const authorizationErrorCodes = [
  "invalid_request",
  "unauthorized_client",
  "access_denied",
  "unsupported_response_type",
  "invalid_scope",
  "server_error",
  "temporarily_unavailable"
] as const
/**
 * One of {@link authorizationErrorCodes}.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @category errors
 * @since 0.1.0
 */
export type AuthorizationErrorCode = (typeof authorizationErrorCodes)[number]

/**
 * The error codes of a token response.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category errors
 * @since 0.1.0
 */
export const tokenErrorCodes = [
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope"
] as const
/**
 * One of {@link tokenErrorCodes}.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category errors
 * @since 0.1.0
 */
export type TokenErrorCode = (typeof tokenErrorCodes)[number]

/**
 * The JSON body of an error answer, as it is on the wire.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category schemas
 * @since 0.1.0
 */
export const OAuthErrorBody = Schema.Struct({
  error: Schema.NonEmptyString,
  error_description: Schema.optionalKey(Schema.String)
})
export type OAuthErrorBody = typeof OAuthErrorBody.Type

const notAllowed = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/g

/**
 * Reduces a text from the wire to the characters that `error` and `error_description` may have (no quotes, no
 * backslash, no control characters, ASCII only) and to at most `maximum` characters, by default 300.
 *
 * Such a text is written by the other side: it can be shown and logged after this, and must still be escaped in HTML.
 *
 * @example
 * ```ts
 * import { printable } from "@le-auth/core/OAuthError"
 *
 * printable("denied\r\nSet-Cookie: x") // => "denied  Set-Cookie: x"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category combinators
 * @since 0.1.0
 */
export const printable = (text: string, maximum = 300): string =>
  (text.length > maximum ? `${text.slice(0, maximum - 3)}...` : text).replace(notAllowed, " ")
