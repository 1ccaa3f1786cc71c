/**
 * Errors of the token and the revocation endpoint.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Answer from "./internal/answer.ts"
import * as TransportProblem from "./TransportProblem.ts"

const answer = { error: Schema.String, description: Schema.optionalKey(Schema.String) }
const said = (reason: { readonly error: string; readonly description?: string }): string =>
  reason.description === undefined ? reason.error : `${reason.error}: ${reason.description}`

const credentials = (reason: Parameters<typeof said>[0]): string =>
  `Sentinel does not accept the application's credentials (${said(reason)}). ` +
  "Check the client id, the secret, the account and the IP allow list of the installation"

/** An application that acts for itself has no sign-in to start again, and no redirect URI. */
const ofApplication = (reason: TokenErrorReason): string => {
  switch (reason._tag) {
    case "InvalidClient":
      return `${credentials(reason)}.`
    case "InvalidGrant":
    case "Refused":
      return `Sentinel refused the app token (${said(reason)}). Check grant_types of the installation, which need client_credentials, and its scope.`
    default:
      return reason.message
  }
}

/**
 * The code or the refresh token is invalid, expired, revoked, or was issued to another client.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category errors
 * @since 0.1.0
 */
export class InvalidGrant extends Schema.TaggedError<InvalidGrant>()("InvalidGrant", answer) {
  override get message(): string {
    return `Sentinel no longer accepts the code or refresh token (${said(this)}). Start the sign-in again.`
  }
}

/**
 * Client authentication failed. LivePerson also answers a bad code this way.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category errors
 * @since 0.1.0
 */
export class InvalidClient extends Schema.TaggedError<InvalidClient>()("InvalidClient", answer) {
  override get message(): string {
    return `${credentials(this)}, then start the sign-in again.`
  }
}

/**
 * Sentinel refused the request for another reason, such as `unauthorized_client` when the installation lacks the grant
 * type. `error` and `description` come from the other side, reduced to printable ASCII.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category errors
 * @since 0.1.0
 */
export class Refused extends Schema.TaggedError<Refused>()("Refused", answer) {
  override get message(): string {
    return `Sentinel refused the request (${said(this)}). Check grant_types and redirect_uris of the installation.`
  }
}

/**
 * 429: too many requests. LivePerson asks to wait at least 5 seconds with log-in calls.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6585#section-4 RFC 6585 section 4}
 * @category errors
 * @since 0.1.0
 */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  ...Answer.saidFields,
  /** Seconds, if the answer says. */
  retryAfter: Schema.optionalKey(Schema.Finite)
}) {
  override get message(): string {
    const pause = Math.max(5, this.retryAfter ?? 0)
    return `Sentinel has had too many requests. Wait ${pause} seconds before the next.${Answer.quoted(this)}`
  }
}

/**
 * 451: LivePerson Support has blocked the account or the user's name. Neither waiting nor another sign-in changes it.
 *
 * @see LivePerson, API error codes
 * @category errors
 * @since 0.1.0
 */
export class Blocked extends Schema.TaggedError<Blocked>()("Blocked", Answer.saidFields) {
  override get message(): string {
    return `LivePerson Support has blocked the account or the user's name. Open a case with LivePerson Support.${Answer.quoted(this)}`
  }
}

/**
 * Sentinel could not be reached, or has a problem of its own (5xx). What it said is for developers and logs.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  problem: Schema.String,
  /** Why there was no answer, if there was none. */
  transport: Schema.optionalKey(TransportProblem.TransportProblem),
  /** The status of the answer, if there was one. */
  status: Schema.optionalKey(Schema.Finite),
  ...Answer.saidFields,
  /**
   * Whether Sentinel may have acted on the request. `false` is certain: there was no connection, or it answered 503 and
   * said when to come again (RFC 9110 sections 10.2.3 and 15.6.4).
   */
  sent: Schema.Boolean,
  /** Seconds, if the answer says. */
  retryAfter: Schema.optionalKey(Schema.Finite)
}) {
  override get message(): string {
    const remedy = this.transport === undefined ? "Try again later." : TransportProblem.remedy(this.transport)
    return `Sentinel is not available: ${this.problem}. ${remedy}${Answer.quoted(this)}`
  }
}

/**
 * Sentinel did not answer within the time limit.
 *
 * @category errors
 * @since 0.1.0
 */
export class Timeout extends Schema.TaggedError<Timeout>()("Timeout", {}) {
  override get message(): string {
    return "Sentinel did not answer in time. Try again later."
  }
}

/**
 * The answer is not one of a token endpoint: another status, HTML, or JSON without what must be there. `excerpt` is the
 * start of the body, for logs and developers. There is none if the body holds anything secret that was sent, in any
 * encoding, or a token.
 *
 * @category errors
 * @since 0.1.0
 */
export class BadResponse extends Schema.TaggedError<BadResponse>()("BadResponse", {
  status: Schema.Finite,
  contentType: Schema.String,
  problem: Schema.String,
  excerpt: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return (
      `Sentinel's answer (status ${this.status}, ${this.contentType || "no content type"}) cannot be used: ` +
      `${this.problem}. Check that the Domain API names the right host.${Answer.quoted(this)}`
    )
  }
}

/**
 * Why a call to Sentinel failed, see {@link TokenError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const TokenErrorReason = Schema.Union([
  InvalidGrant,
  InvalidClient,
  Refused,
  RateLimited,
  Blocked,
  Unavailable,
  Timeout,
  BadResponse
])
export type TokenErrorReason = typeof TokenErrorReason.Type

/**
 * A call to Sentinel failed. Handle single reasons with `Effect.catchReason("TokenError", "InvalidGrant", ...)`.
 *
 * @category errors
 * @since 0.1.0
 */
export class TokenError extends Schema.TaggedError<TokenError>()("TokenError", {
  operation: Schema.Literals(["exchange", "refresh", "revoke", "appToken", "keys"]),
  reason: TokenErrorReason
}) {
  override get message(): string {
    if (this.operation === "appToken") return ofApplication(this.reason)
    return this.isRefusedRefresh
      ? `The session has ended, or the application's credentials have changed. ${this.reason.message}`
      : this.reason.message
  }

  /** LivePerson also answers this way for other reasons than credentials: a new sign-in tells which it is. */
  private get isRefusedRefresh(): boolean {
    return this.operation === "refresh" && this.reason._tag === "InvalidClient"
  }

  /** Whether the user has to sign in again; a code that was sent once is never sent again. */
  get startAgain(): boolean {
    if (this.reason._tag === "Blocked") return false
    return this.operation === "exchange" || this.reason._tag === "InvalidGrant" || this.isRefusedRefresh
  }

  /** Whether the same call may succeed later. */
  get isTransient(): boolean {
    const { reason } = this
    if (reason._tag === "Unavailable") return reason.transport === undefined || TransportProblem.heals(reason.transport)
    return reason._tag === "RateLimited" || reason._tag === "Timeout"
  }
}
