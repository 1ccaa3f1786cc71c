/**
 * What a page may know about its user's session: never a token.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { AccountId, Subject } from "./Identifiers.ts"
import type { Session } from "./Session.ts"

/**
 * The user who is signed in. Times are milliseconds since the epoch.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SignedInView = Schema.Struct({
  signedIn: Schema.Literal(true),
  accountId: AccountId,
  subject: Subject,
  isAdmin: Schema.Boolean,
  /** One of LivePerson's own administrators, who have no user record in the account. */
  isLpa: Schema.Boolean,
  /** Whether the signature of the id_token was verified. */
  verified: Schema.Boolean,
  signedInAt: Schema.Finite,
  expiresAt: Schema.Finite
})
export type SignedInView = typeof SignedInView.Type

/**
 * There is no session.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SignedOutView = Schema.Struct({ signedIn: Schema.Literal(false) })
export type SignedOutView = typeof SignedOutView.Type

/**
 * The answer of an application's own backend to its page: the JSON of `GET /session` of `@le-auth/web`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SessionView = Schema.Union([SignedInView, SignedOutView])
export type SessionView = typeof SessionView.Type

/**
 * The header that a page sends with every request that changes something. Another site cannot make a browser send it
 * without a preflight, which the backend never allows (OAuth 2.0 for browser-based applications, CSRF).
 *
 * @category models
 * @since 0.1.0
 */
export const requestHeader = "x-le-auth"

/**
 * The part of a session that a page may know.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromSession = (session: Session): SignedInView => ({
  signedIn: true,
  accountId: session.key.accountId,
  subject: session.key.subject,
  isAdmin: session.claims?.is_admin ?? false,
  isLpa: session.claims?.is_lpa ?? false,
  verified: session.claims?._tag === "VerifiedClaims",
  signedInAt: session.signedInAt,
  expiresAt: session.expiresAt
})
