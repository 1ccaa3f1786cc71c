/**
 * The documents of Sentinel, as plain JSON: its configuration, faults, the journal, and what the control answers.
 *
 * @since 0.1.0
 */

/**
 * A user of an account. Either `password` or `password_hash` is needed.
 *
 * @category models
 * @since 0.1.0
 */
export interface User {
  /** `sub` of the id_token; LivePerson's have ten digits. */
  readonly id: string
  readonly email: string
  readonly password?: string
  /** `$argon2id$…` or `$pbkdf2-sha256$…` */
  readonly password_hash?: string
  readonly name?: string
  /** Default: `false`. */
  readonly is_admin?: boolean
  /** One of LivePerson's own administrators. Default: `false`. */
  readonly is_lpa?: boolean
  /** Default: `true`. */
  readonly enabled?: boolean
}

/**
 * How an application is called back when something happens in the account.
 *
 * @category models
 * @since 0.1.0
 */
export interface InstalledWebhook {
  readonly endpoint: string
  readonly max_retries?: number
  readonly headers?: ReadonlyArray<{ readonly header_name: string; readonly header_value: string }>
}

/**
 * An application as it is installed: LivePerson's document, with the id and the secret that LivePerson gives it.
 *
 * @see LivePerson, Installing Conversational Cloud Applications
 * @category models
 * @since 0.1.0
 */
export interface Installation {
  readonly client_id: string
  readonly client_secret?: string
  readonly client_name: string
  readonly grant_types: readonly [GrantType, ...ReadonlyArray<GrantType>]
  readonly redirect_uris?: ReadonlyArray<string>
  readonly response_types?: ReadonlyArray<"code" | "token" | "id_token" | "id_token token">
  readonly scope?: string
  readonly display_name?: string
  readonly description?: string
  readonly logo_uri?: string
  readonly capabilities?: {
    readonly webhooks?: Readonly<Record<string, InstalledWebhook>>
    readonly engagement?: {
      readonly design_engagement?: boolean
      readonly design_window?: boolean
      readonly entry_point?: string | ReadonlyArray<string>
      readonly visitor_behavior?: string | ReadonlyArray<string>
      readonly target_audience?: string | ReadonlyArray<string>
      readonly goal?: string | ReadonlyArray<string>
      readonly consumer_identity?: string | ReadonlyArray<string>
      readonly language_selection?: boolean
    }
  }
  readonly quick_launch_enabled?: boolean
  readonly entry_uri?: string
  /**
   * Beside `redirect_uris`, every address of `localhost`, `127.0.0.1` and `[::1]` is right, with any port and path.
   * Default: `false`; the built-in applications have it.
   */
  readonly any_loopback_redirect?: boolean
  /** Default: `true`. */
  readonly enabled?: boolean
  readonly enabled_for_profiles?: ReadonlyArray<number>
  readonly [name: `client_name#${string}` | `display_name#${string}` | `description#${string}`]: string
}

/**
 * What an application may do.
 *
 * @category models
 * @since 0.1.0
 */
export type GrantType = "authorization_code" | "refresh_token" | "client_credentials"

/**
 * What Sentinel answers in place of a service of LivePerson's.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stub {
  /** Such as `GET /api/account/{account}/lambdas`. */
  readonly route: string
  /** The token that a request needs. Default: `any`. */
  readonly token?: "any" | "user" | "application" | "none"
  readonly scope?: string
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * An account with its users and applications.
 *
 * @category models
 * @since 0.1.0
 */
export interface Account {
  readonly id: string
  readonly name?: string
  /** The services that are elsewhere than Sentinel, with their hosts: `{ faasGW: "localhost:9000" }`. */
  readonly services?: Readonly<Record<string, string>>
  /** What Sentinel answers in place of services, by the name of the service. */
  readonly stubs?: Readonly<Record<string, ReadonlyArray<Stub>>>
  readonly users: ReadonlyArray<User>
  readonly installations: ReadonlyArray<Installation>
}

/**
 * The name of a dialect: LivePerson's own, one that also keeps to the RFCs, and one for strict OpenID Connect clients.
 *
 * @category models
 * @since 0.1.0
 */
export type DialectName = "liveperson" | "rfc" | "openid"

/**
 * Points of a dialect, see `docs/sentinel-dialect.md`. Lifetimes are texts such as `8h` or `10 minutes`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Points {
  readonly issuer?: string
  readonly appTokenIssuer?: string
  readonly expiresIn?: "number" | "string" | "absent"
  readonly appTokenExpiresIn?: "number" | "string" | "absent"
  readonly appTokenV1ExpiresIn?: "number" | "string" | "absent"
  readonly version?: "any" | "known" | "required"
  readonly tokenVersions?: readonly ["1.0" | "2.0", ...ReadonlyArray<"1.0" | "2.0">]
  readonly appTokenVersions?: readonly ["1.0" | "2.0", ...ReadonlyArray<"1.0" | "2.0">]
  readonly bareVersion?: boolean
  readonly usersVersion?: "any" | "known" | "required"
  readonly errorBody?: "oauth" | "liveperson" | "html"
  readonly appTokenErrorBody?: "oauth" | "liveperson" | "html"
  readonly tokenClientErrorStatus?: 400 | 401
  readonly appTokenClientErrorStatus?: 400 | 401
  readonly revokeClientErrorStatus?: 400 | 401
  readonly badCodeError?: "invalid_grant" | "invalid_client"
  readonly bearerRevocation?: boolean
  readonly unknownTokenStatus?: 200 | 400
  readonly unknownServiceStatus?: 400 | 404
  readonly appTokenSecretInQuery?: boolean
  readonly sameCredentialsTwice?: boolean
  readonly refreshTokens?: "keep" | "rotate" | "same"
  readonly refreshGrace?: string
  readonly idTokenOnRefresh?: boolean
  readonly idTokenClock?: "real" | "sentinel"
  readonly publishKeys?: boolean
  readonly anyPortOnLocalhost?: boolean
  readonly pkce?: "ignored" | "supported" | "required"
  readonly issuerInAnswers?: boolean
  readonly discovery?: boolean
  readonly openerPolicy?: "same-origin" | "unsafe-none"
  readonly codeLifetime?: string
  readonly accessTokenLifetime?: string
  readonly appTokenLifetime?: string
  readonly idTokenLifetime?: string
  readonly loginLifetime?: string
  readonly sessionIdleLifetime?: string
  readonly sessionLifetime?: string
}

/**
 * The configuration of a Sentinel, as a file of `le-auth sentinel start --config` has it.
 *
 * @category models
 * @since 0.1.0
 */
export interface SentinelConfig {
  readonly accounts: readonly [Account, ...ReadonlyArray<Account>]
  readonly dialect?: DialectName
  readonly points?: Points
  /** Private keys as PEM or JWK text. Default: a new one. */
  readonly signing_keys?: readonly [string, ...ReadonlyArray<string>]
}

/**
 * A route of Sentinel. `exchange` and `refresh` are the two uses of `token`.
 *
 * @category models
 * @since 0.1.0
 */
export type Route =
  | "authorize"
  | "login"
  | "logout"
  | "token"
  | "app-token"
  | "revoke"
  | "keys"
  | "metadata"
  | "domain"
  | "users"
  | "userinfo"
  | "end-session"
  | "status-reasons"
  | "stub"
  | "other"

/**
 * Which requests a fault acts on. What is left out matches everything.
 *
 * @category models
 * @since 0.1.0
 */
export interface FaultMatch {
  readonly route?: Route | "exchange" | "refresh" | "any"
  readonly account?: string
  readonly client?: string
  readonly grant_type?: string
  readonly method?: string
  /** One of the requests that match, counted from 1. */
  readonly nth?: number
  /** Each second, third and so on of them. */
  readonly every?: number
}

/**
 * An error code of OAuth 2.0.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category models
 * @since 0.1.0
 */
export type OAuthErrorCode = AuthorizationErrorCode | "invalid_client" | "invalid_grant" | "unsupported_grant_type"

/**
 * An error code of an authorization response of OAuth 2.0.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @category models
 * @since 0.1.0
 */
export type AuthorizationErrorCode =
  | "invalid_request"
  | "unauthorized_client"
  | "access_denied"
  | "unsupported_response_type"
  | "invalid_scope"
  | "server_error"
  | "temporarily_unavailable"

/**
 * An error code with which a user can come back: those of OAuth 2.0 and of OpenID Connect.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthError OpenID Connect Core section 3.1.2.6}
 * @category models
 * @since 0.1.0
 */
export type DenialError =
  | AuthorizationErrorCode
  | "login_required"
  | "interaction_required"
  | "account_selection_required"
  | "consent_required"

/**
 * The error with which a user is sent back. Default of `error`: `access_denied`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Denial {
  readonly error?: DenialError
  readonly description?: string
}

/**
 * What a fault does, in place of Sentinel, on the connection, or on Sentinel's state. Times are texts such as `3s`.
 *
 * @category models
 * @since 0.1.0
 */
export type FaultAction =
  | {
      readonly type: "oauth-error"
      readonly error: OAuthErrorCode
      readonly description?: string
      readonly status?: number
    }
  | { readonly type: "too-many-requests"; readonly retry_after?: number }
  | { readonly type: "server-error"; readonly status?: number }
  | {
      readonly type: "liveperson-error"
      readonly status?: number
      readonly message?: string
      readonly internal_code?: number
    }
  | { readonly type: "html"; readonly status?: number }
  | {
      readonly type: "answer"
      readonly status: number
      readonly body?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly type: "silence" }
  | { readonly type: "delay"; readonly by: string; readonly after?: boolean }
  | { readonly type: "drop-connection"; readonly after?: boolean }
  | { readonly type: "truncate" }
  | { readonly type: "expired-code" }
  | { readonly type: "used-code" }
  | { readonly type: "killed-session" }
  | { readonly type: "rotated-key" }

/**
 * A fault as it is added. It acts at most `times`; without that, until it is removed.
 *
 * @category models
 * @since 0.1.0
 */
export interface NewFault {
  /** Default: the next of `fault-1`, `fault-2`. */
  readonly id?: string
  readonly match?: FaultMatch
  readonly action: FaultAction
  readonly times?: number
}

/**
 * A fault with what it has met: the number of requests that `matched`, and of those on which it `acted`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fault {
  readonly id: string
  readonly match: FaultMatch
  readonly action?: FaultAction
  readonly times?: number
  readonly matched: number
  readonly acted: number
}

/**
 * Sentinel's time, and how far it is ahead of the real one.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClockState {
  /** Such as `2026-11-30T16:00:00.000Z`. */
  readonly now: string
  /** Such as `8h`. */
  readonly ahead: string
}

/**
 * Something that happened while a request was answered. Codes, tokens and sessions are named by the beginning of their
 * hash.
 *
 * @category models
 * @since 0.1.0
 */
export interface JournalStep {
  readonly what: string
  readonly code?: string
  readonly family?: string
  readonly session?: string
  readonly user?: string
  readonly accessToken?: string
  readonly refreshToken?: string
  readonly newRefreshToken?: string
}

/**
 * A request, or a change that was made through the control: its outcome, and the reason for it.
 *
 * @category models
 * @since 0.1.0
 */
export interface JournalEntry {
  readonly sequence: number
  /** By Sentinel's clock, in milliseconds since 1970. */
  readonly time: number
  readonly kind: "request" | "change"
  /** `ok`, `code`, `sign-in`, the error code of a refusal, or `no answer`; of a change, what was changed. */
  readonly outcome: string
  /** Why a request was refused, which its answer does not say. */
  readonly reason?: string
  /** The same for programs, where it has a name. */
  readonly problem?: string
  readonly route?: string
  readonly method?: string
  readonly path?: string
  readonly status?: number
  readonly duration?: number
  readonly account?: string
  readonly client?: string
  readonly user?: string
  readonly requestId?: string
  readonly fault?: string
  /** Departures from an RFC that were let through. */
  readonly warnings: ReadonlyArray<string>
  readonly steps: ReadonlyArray<JournalStep>
}

/**
 * What a code or a token is worth, and why.
 *
 * @category models
 * @since 0.1.0
 */
export interface Explanation {
  readonly id: string
  readonly kind: "code" | "refresh-token" | "access-token" | "app-token" | "unknown"
  readonly isUsable: boolean
  readonly reason?: string
  readonly account?: string
  readonly client?: string
  readonly user?: string
  readonly family?: string
  readonly scope?: string
}

/**
 * Whether a token is good, and whose it is.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2.2 RFC 7662 section 2.2}
 * @category models
 * @since 0.1.0
 */
export interface Introspection {
  readonly active: boolean
  readonly scope?: string
  readonly client_id?: string
  readonly username?: string
  readonly token_type?: string
  readonly exp?: number
  readonly iat?: number
  readonly sub?: string
  readonly aud?: string
  readonly iss?: string
}

/**
 * A session of a browser at Sentinel. Times are milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export interface SessionState {
  readonly session: {
    readonly id: string
    readonly accountId: string
    readonly userId: string
    readonly createdAt: number
    readonly lastSeenAt: number
    readonly idleExpiresAt: number
    readonly expiresAt: number
  }
  readonly endedAt?: number | undefined
  readonly isAlive: boolean
}

/**
 * A token family: what came from one code. Times are milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export interface FamilyState {
  readonly grant: {
    readonly id: string
    readonly accountId: string
    readonly clientId: string
    readonly userId: string
    readonly sessionId: string
    readonly createdAt: number
    readonly nonce?: string | undefined
    readonly scope?: string | undefined
    readonly authenticatedAt?: number | undefined
  }
  readonly revokedAt?: number | undefined
  readonly session?: SessionState | undefined
  readonly isAlive: boolean
}

/**
 * The newest of something, and how many there are; if `isPartial`, how many of the newest 1,000.
 *
 * @category models
 * @since 0.1.0
 */
export interface Newest<A> {
  readonly newest: ReadonlyArray<A>
  readonly total: number
  readonly isPartial: boolean
}

/**
 * The whole state of a Sentinel as a document, with hashes in place of secrets. To look into it is of no use: keep it,
 * and put it back.
 *
 * @category models
 * @since 0.1.0
 */
export interface Snapshot {
  readonly version: 1
  readonly takenAt: number
  readonly ahead: string
  readonly directory: ReadonlyArray<unknown>
  readonly store: unknown
  readonly faults: ReadonlyArray<Fault>
}

/**
 * An event that LivePerson tells an application of.
 *
 * @category models
 * @since 0.1.0
 */
export type WebhookEvent =
  | "ms.MessagingEventNotification.ContentEvent"
  | "ms.MessagingEventNotification.RichContentEvent"
  | "ms.MessagingEventNotification.AcceptStatusEvent"
  | "ms.MessagingEventNotification.ChatStateEvent"
  | "cqm.ExConversationChangeNotification"

/**
 * A webhook that is to be sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface NewWebhook {
  readonly account: string
  readonly client: string
  readonly client_secret?: string
  readonly url: string
  readonly event?: WebhookEvent
  readonly body?: string
  readonly hash?: "sha1" | "sha256"
  readonly encoding?: "base64" | "hex"
  readonly fault?:
    | { readonly type: "late"; readonly by: string }
    | { readonly type: "twice" }
    | { readonly type: "wrong-signature" }
  readonly max_retries?: number
}

/**
 * A webhook that was sent: whether it was accepted, and each delivery.
 *
 * @category models
 * @since 0.1.0
 */
export interface SentWebhook {
  readonly accepted: boolean
  readonly deliveries: ReadonlyArray<{
    readonly status?: number
    readonly duration: number
    readonly answer?: string
    readonly problem?: string
  }>
}

/**
 * The tokens of a sign-in, or an app token, as the token endpoint gives them.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type?: string
  /** A text in some dialects, as at LivePerson; some leave it out. */
  readonly expires_in?: number | string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly scope?: string
}
