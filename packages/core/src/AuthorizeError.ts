/**
 * The direct answers of the authorization endpoint: 400, 401 and 500, shown to the user and never sent back by a
 * redirect.
 *
 * LivePerson redirects an error only if account, client and redirect URI are all valid; these are the others.
 *
 * @see LivePerson, LE Applications Authorization API, "Authorization request", response codes
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const fields = { error: Schema.NonEmptyString, error_description: Schema.optionalKey(Schema.String) }

/**
 * 400: a problem with the query parameters.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @category errors
 * @since 0.1.0
 */
export class BadRequest extends Schema.Error<BadRequest>("@le-auth/core/BadRequest")(
  { _tag: Schema.tagDefaultOmit("BadRequest"), ...fields },
  { httpApiStatus: 400, description: "A problem with the query parameters." }
) {}

/**
 * 401: the account (site id) or the application id is not valid.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @category errors
 * @since 0.1.0
 */
export class Unauthorized extends Schema.Error<Unauthorized>("@le-auth/core/Unauthorized")(
  { _tag: Schema.tagDefaultOmit("Unauthorized"), ...fields },
  { httpApiStatus: 401, description: "The account or the application id is not valid." }
) {}

/**
 * 500: an internal error of Sentinel.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @category errors
 * @since 0.1.0
 */
export class InternalServerError extends Schema.Error<InternalServerError>("@le-auth/core/InternalServerError")(
  { _tag: Schema.tagDefaultOmit("InternalServerError"), ...fields },
  { httpApiStatus: 500, description: "An internal error." }
) {}

/**
 * The direct answers of the authorization endpoint, one of three by status.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @category errors
 * @since 0.1.0
 */
export const AuthorizeError = Schema.Union([BadRequest, Unauthorized, InternalServerError])
export type AuthorizeError = typeof AuthorizeError.Type
