/**
 * How this Sentinel speaks: the points on which LivePerson's documentation is silent, has changed, or is contradicted by
 * what clients have seen. The defaults are those of the newest documentation.
 *
 * @see LivePerson, LE Applications Authorization API
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * The dialect of a Sentinel and the lifetimes of what it issues.
 *
 * @since 0.1.0
 */
export interface SentinelProfile {
  /** `iss` of the id_token: `sentinel` in newer documentation, `Sentinel` in older. */
  readonly issuer: string
  /** The form of `expires_in`, in seconds. Only the newest documentation has it, and clients have seen all three. */
  readonly expiresIn: "number" | "string" | "absent"
  /** The status of `invalid_client` at the token endpoint; the documentation lists 400 and no 401. */
  readonly tokenClientErrorStatus: 400 | 401
  /** The status of `invalid_client` at the revocation endpoint, where the documentation lists 401. */
  readonly revokeClientErrorStatus: 400 | 401
  /** Whether a refresh replaces the refresh token and makes the old one invalid (RFC 9700 section 4.14.2). */
  readonly rotateRefreshTokens: boolean
  /** How long the answer to a refresh can be fetched again with the old refresh token, for clients that lost it. */
  readonly refreshGrace: Duration.Duration
  /** Whether the answer to a refresh has an id_token. LivePerson documents none. */
  readonly idTokenOnRefresh: boolean
  /** Whether a registered `http://localhost` redirect URI matches any port, as 127.0.0.1 does (RFC 8252 section 8.3). */
  readonly anyPortOnLocalhost: boolean
  /** `Cross-Origin-Opener-Policy` of the login page. `same-origin` cuts a popup off from the page that opened it. */
  readonly openerPolicy: "same-origin" | "unsafe-none"
  readonly codeLifetime: Duration.Duration
  readonly accessTokenLifetime: Duration.Duration
  readonly idTokenLifetime: Duration.Duration
  /** How long a user may take on the login page; LivePerson's cookie `ibs_id` lived as long. */
  readonly loginLifetime: Duration.Duration
  /** A session ends when it was not used for so long. Sign-ins and refreshes use it. */
  readonly sessionIdleLifetime: Duration.Duration
  /** A session ends after so long in any case. */
  readonly sessionLifetime: Duration.Duration
}

/**
 * The profile of the newest documentation.
 *
 * @since 0.1.0
 */
export const newest: SentinelProfile = {
  issuer: "sentinel",
  expiresIn: "number",
  tokenClientErrorStatus: 400,
  revokeClientErrorStatus: 401,
  rotateRefreshTokens: true,
  refreshGrace: Duration.seconds(10),
  idTokenOnRefresh: false,
  anyPortOnLocalhost: false,
  openerPolicy: "same-origin",
  codeLifetime: Duration.seconds(60),
  accessTokenLifetime: Duration.hours(8),
  idTokenLifetime: Duration.minutes(10),
  loginLifetime: Duration.minutes(10),
  sessionIdleLifetime: Duration.hours(8),
  sessionLifetime: Duration.days(30)
}

/**
 * The profile that a Sentinel is built with. It has a default, so no layer is needed.
 *
 * @since 0.1.0
 */
export const SentinelProfile = Context.Reference<SentinelProfile>("@le-auth/sentinel/SentinelProfile", {
  defaultValue: () => newest
})

/**
 * Changes single points of the profile; the others keep their current values.
 *
 * @since 0.1.0
 */
export const layer = (changes: Partial<SentinelProfile>): Layer.Layer<never> =>
  Layer.effect(
    SentinelProfile,
    Effect.map(SentinelProfile, (profile) => ({ ...profile, ...changes }))
  )
