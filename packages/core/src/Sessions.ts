/**
 * Sessions that always yield a valid access token.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import type * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type { AppInstallation, UnknownInstallation } from "./AppInstallations.ts"
import { Domains, type DomainsError } from "./Domains.ts"
import type { AccessToken, AccountId } from "./Identifiers.ts"
import type * as IdToken from "./IdToken.ts"
import * as Authorizing from "./internal/authorizing.ts"
import * as Identify from "./internal/identify.ts"
import * as Refreshing from "./internal/refreshing.ts"
import * as TokenSet from "./internal/tokenSet.ts"
import type { Origin } from "./Origin.ts"
import { Session, SessionKey, unidentified } from "./Session.ts"
import type { SessionError } from "./SessionError.ts"
import * as KeySets from "./KeySets.ts"
import type { StoreError } from "./StoreError.ts"
import * as Telemetry from "./internal/Telemetry.ts"
import type { TokenResponse } from "./Token.ts"
import type { TokenError } from "./TokenError.ts"

/** @since 0.1.0 */
export { NotSignedIn, SessionEnded, type SessionError } from "./SessionError.ts"

/**
 * What a session begins with: the tokens of a code exchange, and their source.
 *
 * @category models
 * @since 0.1.0
 */
export interface BeginOptions {
  /** The installation that the code was exchanged for. */
  readonly installation: AppInstallation
  /** The host of Sentinel that gave the tokens. */
  readonly sentinel: Origin
  /** The answer of the token endpoint. */
  readonly tokens: TokenResponse
}

/**
 * The sessions of an application's users: a valid access token at any time, a refresh when it is due, and the ways to
 * sign out.
 *
 * ```text
 * SignIn.complete -> begin -> accessToken, authorized, refresh, renew -> forget or revokeEverywhere
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Sessions extends Context.Service<
  Sessions,
  {
    /** Begins a session with the tokens of a code exchange, and saves it. `SignIn.complete` does this for you. */
    readonly begin: (options: BeginOptions) => Effect.Effect<Session, IdToken.IdTokenError | StoreError>
    /**
     * A session that began a moment ago, as it is now: none if it has ended since. A store in cookies writes it once
     * more, for a browser that may not have got the first answer.
     */
    readonly again: (session: Session) => Effect.Effect<Option.Option<Session>, StoreError>
    /** The session as it is stored, without refreshing anything. */
    readonly current: (key: SessionKey) => Effect.Effect<Option.Option<Session>, StoreError>
    /** The keys of the sessions of an account. */
    readonly list: (accountId: AccountId) => Effect.Effect<ReadonlyArray<SessionKey>, StoreError>
    /** A valid access token, refreshed first if it is due. Any number of callers cause one refresh. */
    readonly accessToken: (key: SessionKey) => Effect.Effect<AccessToken, SessionError>
    /**
     * Refreshes now, whether it is due or not. Callers that ask before a refresh has ended share it, in all processes;
     * within 5 seconds after the tokens came, the session is given as it is.
     */
    readonly refresh: (key: SessionKey) => Effect.Effect<Session, SessionError>
    /**
     * The session with another access token than the one that a service refused, such as one that closed a WebSocket.
     * Any number of callers with the same token cause one refresh.
     */
    readonly renew: (key: SessionKey, options: { readonly unless: AccessToken }) => Effect.Effect<Session, SessionError>
    /**
     * An `HttpClient` that sends the access token with each request, only to allowed hosts, and that refreshes and
     * repeats a request once when the answer is a 401 that means the token: it says `invalid_token`, or nothing and the
     * token is older than a minute (RFC 6750 section 3.1). Where a new token is also refused, the host's next 401s are
     * given as they are for a minute.
     */
    readonly authorized: <E, R>(
      client: HttpClient.HttpClient.With<E, R>,
      key: SessionKey
    ) => HttpClient.HttpClient.With<E | SessionError, R>
    /**
     * Saves the tokens that the store did not take when they came, and fails if it still does not: for a program that
     * is about to end, and with it what it keeps in memory. The layer does so by itself when it is closed; then a
     * failure is in the log alone.
     */
    readonly flush: Effect.Effect<void, StoreError>
    /** Signs the user out of this application: removes the session here. LivePerson is not told. */
    readonly forget: (key: SessionKey) => Effect.Effect<void, StoreError>
    /**
     * Signs the user out of **all LivePerson applications**, by revoking the refresh token. The session here is removed
     * first, and stays removed if the revocation fails; that failure is reported.
     */
    readonly revokeEverywhere: (
      key: SessionKey
    ) => Effect.Effect<void, TokenError | DomainsError | UnknownInstallation | StoreError>
  }
>()("@le-auth/core/Sessions") {}

/**
 * Begins a session with the tokens of a code exchange and saves it, with the `Sessions` of the context.
 * `SignIn.complete` does this for you. Fails with an `IdTokenError` if the id_token is not acceptable, with a
 * `StoreError` only if the store will never take the session.
 *
 * @example
 * ```ts
 * import type { AppInstallation } from "@le-auth/core/AppInstallations"
 * import * as Domains from "@le-auth/core/Domains"
 * import type { AuthorizationCode } from "@le-auth/core/Identifiers"
 * import { SentinelClient } from "@le-auth/core/SentinelClient"
 * import * as Sessions from "@le-auth/core/Sessions"
 * import * as Effect from "effect/Effect"
 *
 * // Of a code whose state was checked by a protocol of your own.
 * const begin = Effect.fnUntraced(function* (installation: AppInstallation, code: AuthorizationCode) {
 *   const sentinel = yield* Domains.resolve(installation.accountId, "sentinel")
 *   const client = yield* SentinelClient
 *   const tokens = yield* client.exchange({ installation, sentinel, code })
 *   return yield* Sessions.begin({ installation, sentinel, tokens })
 * })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const begin = (options: BeginOptions): Effect.Effect<Session, IdToken.IdTokenError | StoreError, Sessions> =>
  Sessions.use((sessions) => sessions.begin(options))

/**
 * A session that began a moment ago, as it is now, with the `Sessions` of the context. None if it has ended since. A
 * store in cookies writes it once more, for a browser that may not have got the first answer. Fails with a `StoreError`
 * if the store does not answer.
 *
 * @example
 * ```ts
 * import type { Session } from "@le-auth/core/Session"
 * import * as Sessions from "@le-auth/core/Sessions"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 *
 * // For a callback that came twice: whether its session is still there.
 * const isThere = (session: Session) => Effect.map(Sessions.again(session), Option.isSome)
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const again = (session: Session): Effect.Effect<Option.Option<Session>, StoreError, Sessions> =>
  Sessions.use((sessions) => sessions.again(session))

/**
 * The session of a key as it is stored, or none, with the `Sessions` of the context. Refreshes nothing. Fails with a
 * `StoreError` if the store does not answer.
 *
 * @example
 * ```ts
 * import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
 * import { SessionKey } from "@le-auth/core/Session"
 * import * as Sessions from "@le-auth/core/Sessions"
 *
 * const key = new SessionKey({
 *   accountId: AccountId.make("12345678"),
 *   clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
 *   subject: Subject.make("agent")
 * })
 *
 * Sessions.current(key) // => Option.none()
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const current = (key: SessionKey): Effect.Effect<Option.Option<Session>, StoreError, Sessions> =>
  Sessions.use((sessions) => sessions.current(key))

/**
 * The keys of the sessions of an account, in no particular order, with the `Sessions` of the context. Fails with a
 * `StoreError` if the store does not answer.
 *
 * @example
 * ```ts
 * import { AccountId } from "@le-auth/core/Identifiers"
 * import * as Sessions from "@le-auth/core/Sessions"
 *
 * Sessions.list(AccountId.make("12345678")) // => []
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const list = (accountId: AccountId): Effect.Effect<ReadonlyArray<SessionKey>, StoreError, Sessions> =>
  Sessions.use((sessions) => sessions.list(accountId))

/**
 * The access token of a session, refreshed first if that is due, with the `Sessions` of the context. It is due half an
 * hour after the tokens came, or when a tenth of their lifetime is left, and up to a tenth earlier. Any number of
 * callers cause one refresh.
 *
 * `key` is the `key` of the session that `SignIn.complete` gave. Fails with `NotSignedIn` or `SessionEnded` if the
 * user has to sign in again; with `TokenError`, `DomainsError`, `StoreError` or `UnknownInstallation` if a refresh
 * fails and no valid token is left.
 *
 * @example
 * ```ts
 * import * as Sessions from "@le-auth/core/Sessions"
 * import type { SessionKey } from "@le-auth/core/Session"
 * import * as Effect from "effect/Effect"
 *
 * const token = (key: SessionKey) =>
 *   Sessions.accessToken(key).pipe(
 *     Effect.catchTag(["NotSignedIn", "SessionEnded"], () => Effect.fail("Start a sign-in."))
 *   )
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 section 6}
 * @category accessors
 * @since 0.1.0
 */
export const accessToken = (key: SessionKey): Effect.Effect<AccessToken, SessionError, Sessions> =>
  Sessions.use((sessions) => sessions.accessToken(key))

/**
 * Refreshes a session now, whether it is due or not, with the `Sessions` of the context. Gives the session with its
 * new tokens. Callers that ask before a refresh has ended share it, in all processes; within 5 seconds after the tokens
 * came, the session is given as it is.
 *
 * Fails with the errors of {@link accessToken}, also if the old token is still valid.
 *
 * @example
 * ```ts
 * import type { SessionKey } from "@le-auth/core/Session"
 * import * as Sessions from "@le-auth/core/Sessions"
 * import * as DateTime from "effect/DateTime"
 * import * as Effect from "effect/Effect"
 *
 * // Keeps a session alive whose application is not used, and says until when.
 * const keepAlive = (key: SessionKey) =>
 *   Effect.map(Sessions.refresh(key), ({ expiresAt }) => DateTime.formatIso(DateTime.makeUnsafe(expiresAt)))
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 section 6}
 * @category accessors
 * @since 0.1.0
 */
export const refresh = (key: SessionKey): Effect.Effect<Session, SessionError, Sessions> =>
  Sessions.use((sessions) => sessions.refresh(key))

/**
 * The session with another access token than the one that a service refused, with the `Sessions` of the context: for
 * what {@link authorized} cannot send, such as a WebSocket. Any number of callers with the same token cause one
 * refresh. Fails with the errors of {@link accessToken}.
 *
 * @example
 * ```ts
 * import type { AccessToken } from "@le-auth/core/Identifiers"
 * import type { SessionKey } from "@le-auth/core/Session"
 * import * as Sessions from "@le-auth/core/Sessions"
 * import * as Effect from "effect/Effect"
 *
 * // A service has closed a WebSocket, since it did not accept its token: the token for the next one.
 * const afterRefusal = (key: SessionKey, refused: AccessToken) =>
 *   Effect.map(Sessions.renew(key, { unless: refused }), ({ accessToken }) => accessToken)
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const renew = (
  key: SessionKey,
  options: { readonly unless: AccessToken }
): Effect.Effect<Session, SessionError, Sessions> => Sessions.use((sessions) => sessions.renew(key, options))

/**
 * An `HttpClient` that sends the access token with each request to an allowed host, with the `Sessions` of the
 * context. A 401 that means the token causes one refresh and one repetition.
 *
 * Its requests fail as those of the given client, and with the errors of {@link accessToken}; for other hosts with a
 * `DomainsError` whose reason is `HostNotAllowed`, and nothing is sent.
 *
 * @example
 * ```ts
 * import type { SessionKey } from "@le-auth/core/Session"
 * import * as Sessions from "@le-auth/core/Sessions"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 *
 * const get = (key: SessionKey, url: string) =>
 *   Effect.gen(function* () {
 *     const client = yield* Sessions.authorized(yield* HttpClient.HttpClient, key)
 *     return yield* client.get(url)
 *   })
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 section 2.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1}
 * @category accessors
 * @since 0.1.0
 */
export const authorized = <E, R>(
  client: HttpClient.HttpClient.With<E, R>,
  key: SessionKey
): Effect.Effect<HttpClient.HttpClient.With<E | SessionError, R>, never, Sessions> =>
  Sessions.useSync((sessions) => sessions.authorized(client, key))

/**
 * Saves the tokens that the store did not take when they came, with the `Sessions` of the context: for a program that
 * is about to end. Fails with a `StoreError` if the store still does not take them.
 *
 * @example
 * ```ts
 * import * as Sessions from "@le-auth/core/Sessions"
 * import * as Effect from "effect/Effect"
 *
 * const saved = Effect.catch(Sessions.flush, (error) => Effect.logError(error.message))
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const flush: Effect.Effect<void, StoreError, Sessions> = Sessions.use((sessions) => sessions.flush)

/**
 * Signs the user out of this application, with the `Sessions` of the context: removes the session here. LivePerson is
 * not told, and a session that is not there is no failure. Fails with a `StoreError` if the store does not answer.
 *
 * @example
 * ```ts
 * import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
 * import { SessionKey } from "@le-auth/core/Session"
 * import * as Sessions from "@le-auth/core/Sessions"
 *
 * const key = new SessionKey({
 *   accountId: AccountId.make("12345678"),
 *   clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
 *   subject: Subject.make("agent")
 * })
 *
 * Sessions.forget(key)
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const forget = (key: SessionKey): Effect.Effect<void, StoreError, Sessions> =>
  Sessions.use((sessions) => sessions.forget(key))

/**
 * Signs the user out of **all LivePerson applications** by revoking the refresh token, with the `Sessions` of the
 * context. The session here is removed first, and stays removed if the revocation fails.
 *
 * Fails with `TokenError`, `DomainsError` or `UnknownInstallation` if the token is not revoked: the user is then signed
 * out here only. Fails with a `StoreError` if the session could not be read or removed.
 *
 * @example
 * ```ts
 * import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
 * import { SessionKey } from "@le-auth/core/Session"
 * import * as Sessions from "@le-auth/core/Sessions"
 *
 * const key = new SessionKey({
 *   accountId: AccountId.make("12345678"),
 *   clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
 *   subject: Subject.make("agent")
 * })
 *
 * Sessions.revokeEverywhere(key)
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2 RFC 7009 section 2}
 * @category accessors
 * @since 0.1.0
 */
export const revokeEverywhere = (
  key: SessionKey
): Effect.Effect<void, TokenError | DomainsError | UnknownInstallation | StoreError, Sessions> =>
  Sessions.use((sessions) => sessions.revokeEverywhere(key))

/**
 * Which id_tokens are accepted, how many sessions a user has, and when a refresh is repeated.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * Refuses an id_token whose key Sentinel does not publish. Default: `false`, since LivePerson does not say where the
   * keys of its id_tokens are. Such a token came straight from the token endpoint over TLS, which OpenID Connect Core
   * section 3.1.3.7 (6) accepts in place of the signature; its claims are of the type `UnverifiedClaims`. A published
   * key is always used, and a wrong signature always refused.
   */
  readonly requireVerifiedIdToken?: boolean | undefined
  /**
   * How many sessions a user has. Default: one for each sign-in, so that signing out in one browser leaves the others
   * alone. With `"user"` a new sign-in takes the place of the user's earlier one: for a program that one person uses,
   * such as a command line.
   */
  readonly onePer?: "sign-in" | "user" | undefined
  /**
   * With `"always"` a refresh is repeated after every 5xx. Only if your Sentinel **does not rotate** refresh tokens:
   * one that does may have acted on the first request, and takes the second for theft. LivePerson does not say whether
   * it rotates. Default: repeated after 429, after 503 with `Retry-After`, and if no connection was made.
   */
  readonly repeatRefresh?: "always" | undefined
}

/**
 * `Sessions` over the stores, the lock and the calls of the context. When it is closed, it saves what the store did
 * not take before.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as Domains from "@le-auth/core/Domains"
 * import * as FetchHttp from "@le-auth/core/FetchHttp"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as SentinelClient from "@le-auth/core/SentinelClient"
 * import * as Sessions from "@le-auth/core/Sessions"
 * import * as SessionStore from "@le-auth/core/SessionStore"
 * import * as SecureRandom from "effect/crypto/SecureRandom"
 * import * as Signature from "effect/crypto/Signature"
 * import * as Layer from "effect/Layer"
 *
 * const SessionsLive = Sessions.layerWith({ onePer: "user" }).pipe(
 *   Layer.provide([Domains.layerConfig, SentinelClient.layer]),
 *   Layer.provide([AppInstallations.layerConfig, SessionStore.layerMemory, RefreshLock.layerMemory, FetchHttp.layer]),
 *   Layer.provide(Signature.layerWebCrypto),
 *   Layer.provide(SecureRandom.layerWebCrypto)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<Sessions, never, Refreshing.Services | Signature.Signature> =>
  Layer.effect(
    Sessions,
    Effect.gen(function* () {
      const authorized = Authorizing.make(yield* Domains)
      const random = yield* SecureRandom.SecureRandom
      const identify = yield* Identify.make({ mustBeVerified: options.requireVerifiedIdToken === true })
      const refreshing = yield* Refreshing.make({ doesNotRotate: options.repeatRefresh === "always" })
      yield* Effect.addFinalizer(() =>
        Effect.catch(refreshing.flush, (error) =>
          Effect.logError("Tokens that were kept in memory could not be saved and are lost", error.message)
        )
      )

      const observed = <A, E>(operation: string, key: SessionKey, effect: Effect.Effect<A, E>) =>
        Telemetry.observed(`Sessions.${operation}`, () => key.accountId, effect)

      const renew: Sessions["Service"]["renew"] = (key, { unless }) =>
        observed("renew", key, refreshing.renew(key, unless))

      return Sessions.of({
        begin: Effect.fnUntraced(function* ({ installation, sentinel, tokens }) {
          const claims =
            tokens.id_token === undefined ? undefined : yield* identify(installation, sentinel, tokens.id_token)
          const instance = options.onePer === "user" ? {} : { instance: yield* TokenSet.randomText(random) }
          const session = new Session({
            key: new SessionKey({
              accountId: installation.accountId,
              clientId: installation.clientId,
              subject: claims?.sub ?? unidentified,
              ...instance
            }),
            ...(claims === undefined ? {} : { claims }),
            signedInAt: yield* Clock.currentTimeMillis,
            ...(yield* TokenSet.of(random, sentinel, tokens))
          })
          return yield* refreshing.begin(session)
        }),

        again: refreshing.again,
        current: refreshing.current,
        list: refreshing.list,
        accessToken: (key) =>
          observed(
            "accessToken",
            key,
            Effect.map(refreshing.fresh(key), (session) => session.accessToken)
          ),
        refresh: (key) => observed("refresh", key, refreshing.refresh(key)),
        renew,

        authorized: (client, key) =>
          authorized(client, {
            fresh: Effect.map(refreshing.fresh(key), (session) => ({
              owner: key.toString(),
              accessToken: session.accessToken,
              obtainedAt: Refreshing.obtainedAt(session)
            })),
            renew: (unless) => Effect.map(renew(key, { unless }), ({ accessToken }) => accessToken),
            scheme: "Bearer"
          }),

        flush: refreshing.flush,

        forget: (key) => observed("forget", key, refreshing.forget(key)),

        revokeEverywhere: (key) => observed("revokeEverywhere", key, refreshing.revoke(key))
      })
    })
  ).pipe(Layer.provide(KeySets.layer))

/**
 * `Sessions` over the stores, the lock and the calls of the context, with one session for each sign-in. An id_token
 * whose key is not published is accepted, as LivePerson's need it. {@link layerWith} has an example.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = layerWith({})
