/**
 * Everything that a running Sentinel can be told, by promises: each endpoint of its control, by group.
 *
 * A call takes one object, with the parameters of the path and the query and the members of the body. What is expected
 * to go wrong rejects with an `EmulatorError`. `docs/openapi` describes the same over HTTP.
 *
 * @since 0.1.0
 */
import type {
  Account,
  ClockState,
  Denial,
  Explanation,
  FamilyState,
  Fault,
  Installation,
  Introspection,
  JournalEntry,
  Newest,
  NewFault,
  NewWebhook,
  Points,
  Route,
  SentinelConfig,
  SentWebhook,
  SessionState,
  Snapshot,
  Stub,
  TokenResponse,
  User
} from "./Documents.ts"

/**
 * Sentinel's time: to read, to advance, and back to the real one.
 *
 * @category services
 * @since 0.1.0
 */
export interface ClockControl {
  readonly state: () => Promise<ClockState>
  /** By how much, such as `8h`, or to when. */
  readonly advance: (change: { readonly by: string } | { readonly to: string }) => Promise<ClockState>
  readonly toRealTime: () => Promise<ClockState>
}

/**
 * The armed faults: to list, add and remove.
 *
 * @category services
 * @since 0.1.0
 */
export interface FaultsControl {
  readonly list: () => Promise<ReadonlyArray<Fault>>
  readonly add: (fault: NewFault) => Promise<Fault>
  readonly clear: () => Promise<void>
  readonly remove: (fault: { readonly id: string }) => Promise<void>
}

/**
 * Which entries are wanted. Each condition must hold.
 *
 * - `after` is a `sequence`: later ones
 * - `about` is an account, client, user, route, outcome, request id or fault, or the beginning of the hash of a code,
 *   token, family or session
 * - `text` is anywhere in the entry, in large or small letters
 * - `outcome` is that of the entry, or `refused` for every refusal
 * - `application` is a client id
 * - `route` is a route of Sentinel, or `control` for the changes
 *
 * @category models
 * @since 0.1.0
 */
export interface JournalConditions {
  readonly after?: number
  readonly about?: string
  readonly text?: string
  readonly outcome?: string
  readonly application?: string
  readonly route?: Route | "control"
}

/**
 * What Sentinel was asked, what it decided, and why.
 *
 * @category services
 * @since 0.1.0
 */
export interface JournalControl {
  /** The last entries, oldest first, by default all. */
  readonly read: (
    wanted?: JournalConditions & { readonly before?: number; readonly limit?: number }
  ) => Promise<ReadonlyArray<JournalEntry>>
  /** The last entries, and each new one, until the loop is left. */
  readonly follow: (wanted?: JournalConditions) => AsyncIterable<JournalEntry>
  readonly clear: () => Promise<void>
  /** What a code or a token is worth, and why. A code that is explained is not used. */
  readonly explain: (asked: { readonly secret: string }) => Promise<Explanation>
}

/**
 * What can be changed about a user. What is left out stays as it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface UserChanges extends Partial<Omit<User, "id" | "password_hash">> {
  /** Keep sessions and tokens, which else end with another password or e-mail address. */
  readonly keep_sessions?: boolean
}

/**
 * What can be changed about an application. What is left out stays as it is.
 *
 * @category models
 * @since 0.1.0
 */
export interface InstallationChanges extends Omit<Installation, "client_id" | "client_name" | "grant_types"> {
  readonly client_name?: Installation["client_name"]
  readonly grant_types?: Installation["grant_types"]
  /** Keep sessions and tokens, which else end with another secret. */
  readonly keep_sessions?: boolean
}

/**
 * Accounts, users and applications: to list, add, change and remove.
 *
 * @category services
 * @since 0.1.0
 */
export interface AccountsControl {
  /** Without passwords and secrets. */
  readonly list: () => Promise<ReadonlyArray<Account>>
  readonly addAccount: (account: Account) => Promise<void>
  readonly removeAccount: (account: { readonly accountId: string }) => Promise<void>
  /** Another configuration in place of all accounts. */
  readonly replace: (config: SentinelConfig) => Promise<void>
  readonly addUser: (user: User & { readonly accountId: string }) => Promise<void>
  readonly changeUser: (changes: UserChanges & { readonly accountId: string; readonly userId: string }) => Promise<void>
  readonly removeUser: (user: { readonly accountId: string; readonly userId: string }) => Promise<void>
  /** Ends all sessions of a user, and the tokens that came from them. */
  readonly endUserSessions: (user: { readonly accountId: string; readonly userId: string }) => Promise<void>
  readonly addInstallation: (installation: Installation & { readonly accountId: string }) => Promise<void>
  readonly changeInstallation: (
    changes: InstallationChanges & { readonly accountId: string; readonly clientId: string }
  ) => Promise<void>
  readonly removeInstallation: (installation: {
    readonly accountId: string
    readonly clientId: string
  }) => Promise<void>
}

/**
 * The services of an account that are elsewhere than Sentinel.
 *
 * @category services
 * @since 0.1.0
 */
export interface ServicesControl {
  readonly list: (account: { readonly accountId: string }) => Promise<Readonly<Record<string, string>>>
  readonly set: (service: {
    readonly accountId: string
    readonly service: string
    readonly host: string
  }) => Promise<void>
  readonly remove: (service: { readonly accountId: string; readonly service: string }) => Promise<void>
}

/**
 * What Sentinel answers in place of services.
 *
 * @category services
 * @since 0.1.0
 */
export interface StubsControl {
  readonly list: (account: { readonly accountId: string }) => Promise<Readonly<Record<string, ReadonlyArray<Stub>>>>
  readonly replace: (stubs: {
    readonly accountId: string
    readonly service: string
    readonly stubs: ReadonlyArray<Stub>
  }) => Promise<void>
  readonly add: (stub: Stub & { readonly accountId: string; readonly service: string }) => Promise<void>
  readonly remove: (stubs: {
    readonly accountId: string
    readonly service: string
    readonly route?: string
  }) => Promise<void>
}

/**
 * Sessions and token families: to list, end and revoke.
 *
 * @category services
 * @since 0.1.0
 */
export interface SessionsControl {
  readonly list: (wanted?: { readonly limit?: number; readonly alive?: boolean }) => Promise<Newest<SessionState>>
  readonly end: (session: { readonly id: string }) => Promise<void>
  readonly families: (wanted?: { readonly limit?: number; readonly alive?: boolean }) => Promise<Newest<FamilyState>>
  readonly revoke: (family: { readonly id: string }) => Promise<void>
}

/**
 * Tokens: to ask what they are worth.
 *
 * @category services
 * @since 0.1.0
 */
export interface TokensControl {
  readonly introspect: (asked: { readonly token: string }) => Promise<Introspection>
}

/**
 * Whose tokens are wanted, and of which application. Default: the first application of the first account that users
 * sign in to, and its first user. An application without users gets an app token.
 *
 * @category models
 * @since 0.1.0
 */
export interface WantedTokens {
  readonly account?: string
  /** The `client_id`. */
  readonly client?: string
  /** An e-mail address or an id. */
  readonly user?: string
  readonly scope?: string
}

/**
 * Sign-ins without a browser: to approve or refuse one, and to have the tokens of one.
 *
 * @category services
 * @since 0.1.0
 */
export interface SignInsControl {
  /** Answers an authorization request as a user does; with `deny`, as one who refuses. Gives the callback's address. */
  readonly approve: (request: {
    readonly url: string
    readonly user?: string
    readonly deny?: true | Denial
  }) => Promise<{ readonly callback: string }>
  /** Tokens, by a whole sign-in. */
  readonly tokens: (wanted?: WantedTokens) => Promise<TokenResponse>
}

/**
 * The whole state: to reset, take out, put back, and keep under a name.
 *
 * @category services
 * @since 0.1.0
 */
export interface StateControl {
  /** Begins anew, with the configuration of the start, no session, no token, no fault, and the real time. */
  readonly reset: () => Promise<void>
  readonly take: () => Promise<Snapshot>
  readonly put: (snapshot: Snapshot) => Promise<void>
  readonly names: () => Promise<ReadonlyArray<string>>
  readonly save: (snapshot: { readonly name: string }) => Promise<void>
  readonly restore: (snapshot: { readonly name: string }) => Promise<void>
  readonly forget: (snapshot: { readonly name: string }) => Promise<void>
}

/**
 * The signing keys: to rotate.
 *
 * @category services
 * @since 0.1.0
 */
export interface KeysControl {
  readonly rotate: () => Promise<{ readonly kid: string }>
}

/**
 * The dialect: to read. It is chosen at the start.
 *
 * @category services
 * @since 0.1.0
 */
export interface DialectControl {
  /** All points, with their values. */
  readonly points: () => Promise<Required<Points>>
}

/**
 * Signed webhooks: to send one now.
 *
 * @category services
 * @since 0.1.0
 */
export interface WebhooksControl {
  readonly send: (webhook: NewWebhook) => Promise<SentWebhook>
}

/**
 * Everything that a running Sentinel can be told, by group.
 *
 * @category services
 * @since 0.1.0
 */
export interface SentinelControl {
  /** Where it is, and with it the inspector; absent without a port. */
  readonly url: string | undefined
  readonly clock: ClockControl
  readonly faults: FaultsControl
  readonly journal: JournalControl
  readonly accounts: AccountsControl
  readonly services: ServicesControl
  readonly stubs: StubsControl
  readonly sessions: SessionsControl
  readonly tokens: TokensControl
  readonly signIns: SignInsControl
  readonly state: StateControl
  readonly keys: KeysControl
  readonly dialect: DialectControl
  readonly webhooks: WebhooksControl
}
