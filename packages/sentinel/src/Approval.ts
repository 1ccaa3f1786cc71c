/**
 * A sign-in without a browser: a user's answer to an authorization request, and the tokens of a whole sign-in.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1 RFC 6749 section 4.1}
 * @since 0.1.0
 */
import { AccountId } from "@le-auth/core/Identifiers"
import { authorizationErrorCodes } from "@le-auth/core/OAuthError"
import * as Schema from "effect/Schema"

const optional = Schema.optionalKey
const secret = (label: string) => Schema.RedactedFromValue(Schema.String, { label })

/**
 * The error codes of an authorization response: those of OAuth 2.0 and of OpenID Connect.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthError OpenID Connect Core section 3.1.2.6}
 * @category schemas
 * @since 0.1.0
 */
export const DenialError = Schema.Literals([
  ...authorizationErrorCodes,
  "login_required",
  "interaction_required",
  "account_selection_required",
  "consent_required"
]).annotate({ identifier: "DenialError" })
export type DenialError = typeof DenialError.Type

/**
 * The error with which the user is sent back.
 *
 * - `error` is its code. Default: `access_denied`
 * - `description` is the `error_description` of the callback. Default: none
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @category schemas
 * @since 0.1.0
 */
export const Denial = Schema.Struct({
  error: optional(DenialError),
  description: optional(
    Schema.NonEmptyString.check(
      Schema.isMaxLength(500),
      Schema.isPattern(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, {
        expected: "up to 500 printable ASCII characters without quotes and backslashes (RFC 6749 section 4.1.2.1)"
      })
    )
  )
}).annotate({ identifier: "Denial" })
export type Denial = typeof Denial.Type

/**
 * An authorization request to answer. `url` is where the application sends a browser; its host counts for nothing.
 * `user` approves it, or with `deny` refuses it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const NewApproval = Schema.Struct({
  url: Schema.NonEmptyString,
  user: optional(Schema.NonEmptyString),
  deny: optional(Schema.Union([Schema.Literal(true), Denial]))
})
  .check(
    Schema.makeFilter(({ deny, user }) =>
      deny === undefined || user === undefined ? undefined : { path: ["user"], issue: "is not needed to deny" }
    )
  )
  .annotate({ identifier: "NewApproval" })
export type NewApproval = typeof NewApproval.Type

/**
 * Where a browser would come back to the application, with a code or an error, and the state.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Approved = Schema.Struct({ callback: secret("callback") }).annotate({ identifier: "Approved" })
export type Approved = typeof Approved.Type

/**
 * Whose tokens are wanted.
 *
 * - `account`. Default: the first one
 * - `client` is the id of an installation. Default: the first one of the account that may use codes
 * - `user` is an e-mail address or an id. Default: the first user of the account who is enabled
 * - `scope` is what the application asks for
 *
 * @category schemas
 * @since 0.1.0
 */
export const NewTokens = Schema.Struct({
  account: optional(AccountId),
  client: optional(Schema.NonEmptyString),
  user: optional(Schema.NonEmptyString),
  scope: optional(Schema.NonEmptyString)
}).annotate({ identifier: "NewTokens" })
export type NewTokens = typeof NewTokens.Type

/**
 * The answer of the token endpoint, as it gives it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 section 5.1}
 * @category schemas
 * @since 0.1.0
 */
export const IssuedTokens = Schema.Struct({
  access_token: secret("access_token"),
  token_type: optional(Schema.String),
  expires_in: optional(Schema.Union([Schema.Finite, Schema.String])),
  refresh_token: optional(secret("refresh_token")),
  id_token: optional(secret("id_token")),
  scope: optional(Schema.String)
}).annotate({ identifier: "IssuedTokens" })
export type IssuedTokens = typeof IssuedTokens.Type
