/**
 * Sessions that always yield a valid access token.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type AppInstallation, AppInstallations, type UnknownInstallation } from "./AppInstallations.ts"
import { Domains, DomainsError, HostNotAllowed } from "./Domains.ts"
import { type AccessToken, type AccountId, type IdTokenText, Subject } from "./Identifiers.ts"
import * as IdToken from "./IdToken.ts"
import * as Refreshing from "./internal/refreshing.ts"
import type { Origin } from "./Origin.ts"
import { RefreshLock } from "./RefreshLock.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import { SentinelClient } from "./SentinelClient.ts"
import { Session, SessionKey } from "./Session.ts"
import type { SessionError } from "./SessionError.ts"
import { SessionStore } from "./SessionStore.ts"
import * as SigningKeys from "./SigningKeys.ts"
import type { StoreError } from "./StoreError.ts"
import * as Telemetry from "./Telemetry.ts"
import type { TokenResponse } from "./Token.ts"
import type { TokenError } from "./TokenError.ts"

/** @since 0.1.0 */
export { NotSignedIn, SessionEnded, type SessionError } from "./SessionError.ts"

/**
 * @since 0.1.0
 */
export class Sessions extends Context.Service<
  Sessions,
  {
    /** Begins a session with the tokens of a code exchange, and saves it. `SignIn.complete` does this for you. */
    readonly begin: (options: {
      readonly installation: AppInstallation
      readonly sentinel: Origin
      readonly tokens: TokenResponse
    }) => Effect.Effect<Session, IdToken.IdTokenError | StoreError>
    /**
     * A session that began a moment ago, as it is now: none if it has ended since. A store in cookies writes it once more, for a
     * browser that may not have got the first answer.
     */
    readonly again: (session: Session) => Effect.Effect<Option.Option<Session>, StoreError>
    /** The session as it is stored, without refreshing anything. */
    readonly current: (key: SessionKey) => Effect.Effect<Option.Option<Session>, StoreError>
    /** The keys of the sessions of an account. */
    readonly list: (accountId: AccountId) => Effect.Effect<ReadonlyArray<SessionKey>, StoreError>
    /** A valid access token, refreshed first if it is due. Any number of callers cause one refresh. */
    readonly accessToken: (key: SessionKey) => Effect.Effect<AccessToken, SessionError>
    /** Refreshes now, whether it is due or not. */
    readonly refresh: (key: SessionKey) => Effect.Effect<Session, SessionError>
    /**
     * An `HttpClient` that sends the access token with each request, only to allowed hosts, and that refreshes and repeats
     * a request once when the answer is 401.
     */
    readonly authorized: <E, R>(
      client: HttpClient.HttpClient.With<E, R>,
      key: SessionKey
    ) => HttpClient.HttpClient.With<E | SessionError, R>
    /** Signs the user out of this application: removes the session here. LivePerson hears nothing of it. */
    readonly forget: (key: SessionKey) => Effect.Effect<void, StoreError>
    /**
     * Signs the user out of **all LivePerson applications**, by revoking the refresh token. The session here is removed
     * even if that fails; the failure is still reported.
     */
    readonly revokeEverywhere: (
      key: SessionKey
    ) => Effect.Effect<void, TokenError | DomainsError | UnknownInstallation | StoreError>
  }
>()("@le-auth/core/Sessions") {}

/**
 * The session of a key, with the `Sessions` of the context. See the methods of {@link Sessions}.
 *
 * @since 0.1.0
 */
export const current = (key: SessionKey): Effect.Effect<Option.Option<Session>, StoreError, Sessions> =>
  Sessions.use((sessions) => sessions.current(key))

/**
 * A valid access token, with the `Sessions` of the context.
 *
 * @example
 * ```ts
 * import type { SessionKey } from "@le-auth/core/Session"
 * import * as Sessions from "@le-auth/core/Sessions"
 *
 * const token = (key: SessionKey) => Sessions.accessToken(key)
 * ```
 *
 * @since 0.1.0
 */
export const accessToken = (key: SessionKey): Effect.Effect<AccessToken, SessionError, Sessions> =>
  Sessions.use((sessions) => sessions.accessToken(key))

/**
 * An `HttpClient` that sends the access token, with the `Sessions` of the context.
 *
 * @since 0.1.0
 */
export const authorized = <E, R>(
  client: HttpClient.HttpClient.With<E, R>,
  key: SessionKey
): Effect.Effect<HttpClient.HttpClient.With<E | SessionError, R>, never, Sessions> =>
  Sessions.useSync((sessions) => sessions.authorized(client, key))

/**
 * Signs the user out of this application, with the `Sessions` of the context.
 *
 * @since 0.1.0
 */
export const forget = (key: SessionKey): Effect.Effect<void, StoreError, Sessions> =>
  Sessions.use((sessions) => sessions.forget(key))

/**
 * Signs the user out of **all LivePerson applications**, with the `Sessions` of the context.
 *
 * @since 0.1.0
 */
export const revokeEverywhere = (
  key: SessionKey
): Effect.Effect<void, TokenError | DomainsError | UnknownInstallation | StoreError, Sessions> =>
  Sessions.use((sessions) => sessions.revokeEverywhere(key))

/**
 * @since 0.1.0
 */
export interface Options {
  /**
   * Refuses an id_token whose key Sentinel does not publish. Default: `false`, since LivePerson does not say where the keys
   * of its id_tokens are. Such a token came straight from the token endpoint over TLS, which OpenID Connect Core section
   * 3.1.3.7 (6) accepts in place of the signature; its claims are of the type `UnverifiedClaims`. A published key is always
   * used, and a wrong signature always refused.
   */
  readonly requireVerifiedIdToken?: boolean | undefined
}

/**
 * @since 0.1.0
 */
export const layerWith = (
  options: Options
): Layer.Layer<
  Sessions,
  never,
  | AppInstallations
  | Domains
  | SentinelClient
  | SessionStore
  | RefreshLock
  | SecureRandom.SecureRandom
  | Signature.Signature
> =>
  Layer.effect(
    Sessions,
    Effect.gen(function* () {
      const installations = yield* AppInstallations
      const domains = yield* Domains
      const sentinelClient = yield* SentinelClient
      const store = yield* SessionStore
      const lock = yield* RefreshLock
      const random = yield* SecureRandom.SecureRandom
      const signature = yield* Signature.Signature
      const signingKeys = yield* SigningKeys.SigningKeys

      /** Who signed in: verified if Sentinel publishes the key, see {@link Options.requireVerifiedIdToken}. */
      const identify = (
        installation: AppInstallation,
        sentinel: Origin,
        token: IdTokenText
      ): Effect.Effect<IdToken.VerifiedClaims | IdToken.UnverifiedClaims, IdToken.IdTokenError> =>
        signingKeys.keysFor(sentinel, IdToken.keyId(token)).pipe(
          // The user waits, and can be identified without.
          Effect.provideService(RetryPolicy.Current, RetryPolicy.none),
          Effect.catch((error) =>
            Effect.as(Effect.logWarning("Sentinel's keys could not be read", error.message), { keys: [] })
          ),
          Effect.flatMap((keys) => IdToken.verify({ token, clientId: installation.clientId, keys })),
          Effect.provideService(Signature.Signature, signature),
          Effect.catchIf(
            (error) => error.reason === "UnknownKey" && options.requireVerifiedIdToken !== true,
            () =>
              Effect.fromResult(IdToken.decodeUnverified(token)).pipe(
                Effect.tap((claims) => IdToken.checkClaims(claims, installation.clientId))
              )
          )
        )

      const refreshing = yield* Refreshing.make(identify)

      const observed = <A, E>(operation: string, key: SessionKey, effect: Effect.Effect<A, E>) =>
        Telemetry.observed(`Sessions.${operation}`, () => key.accountId, effect)

      /** Also a session whose new tokens the store has not taken yet: only those tokens work. */
      const current = (key: SessionKey) =>
        refreshing.look(key).pipe(
          Effect.map(({ session }) => Option.some(session)),
          Effect.catchTag("NotSignedIn", () => Effect.succeedNone)
        )

      return Sessions.of({
        begin: Effect.fnUntraced(function* ({ installation, sentinel, tokens }) {
          const claims =
            tokens.id_token === undefined ? undefined : yield* identify(installation, sentinel, tokens.id_token)
          const now = yield* Clock.currentTimeMillis
          // Older documentation knows no id_token. The session then has a name of its own, so that it disturbs no other.
          const subject = claims?.sub ?? Subject.make(`unidentified-${yield* random.uuidV4()}`)
          const session = new Session({
            key: new SessionKey({ accountId: installation.accountId, clientId: installation.clientId, subject }),
            accessToken: tokens.access_token,
            signedInAt: now,
            ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
            ...(claims === undefined ? {} : { claims }),
            ...(yield* refreshing.times(tokens))
          })
          yield* refreshing.begin(session)
          return session
        }),

        // What is missing matches no generation, so nothing that has ended comes back. A cookie store knows what it wrote.
        again: (session) =>
          Effect.flatMap(current(session.key), (now) =>
            Option.isSome(now)
              ? Effect.succeed(now)
              : Effect.map(store.set(session, session.generation), (written) =>
                  written ? Option.some(session) : Option.none()
                )
          ),

        current,
        list: (accountId) => store.list(accountId),
        accessToken: (key) =>
          observed(
            "accessToken",
            key,
            Effect.map(refreshing.fresh(key), (session) => session.accessToken)
          ),
        refresh: (key) => observed("refresh", key, refreshing.now(key)),

        authorized: <E, R>(client: HttpClient.HttpClient.With<E, R>, key: SessionKey) => {
          const send = (request: HttpClientRequest.HttpClientRequest, token: AccessToken) =>
            client.execute(HttpClientRequest.bearerToken(request, token))
          return HttpClient.transform(client, (_, request): Effect.Effect<any, E | SessionError, R> =>
            Effect.gen(function* () {
              const target = URL.parse(request.url)
              if (target === null || !domains.allows(target)) {
                return yield* new DomainsError({
                  reason: new HostNotAllowed({ host: target?.host ?? request.url.slice(0, 100) })
                })
              }
              const { accessToken } = yield* refreshing.fresh(key)
              const response = yield* send(request, accessToken)
              // A body that is a stream is gone and cannot be sent again (RFC 6750 section 3.1 allows one more try).
              if (response.status !== 401 || request.body._tag === "Stream") return response
              return yield* send(request, (yield* refreshing.replace(key, accessToken)).accessToken)
            })
          )
        },

        forget: (key) => observed("forget", key, refreshing.forget(key)),

        revokeEverywhere: (key) =>
          observed(
            "revokeEverywhere",
            key,
            lock.withLock(
              key.toString(),
              Effect.gen(function* () {
                const session = yield* current(key)
                if (Option.isNone(session) || session.value.refreshToken === undefined) return
                const installation = yield* installations.find(key.accountId)
                const sentinel = yield* domains.resolve(key.accountId, "sentinel")
                yield* sentinelClient.revoke({ installation, sentinel, refreshToken: session.value.refreshToken })
              }).pipe(Effect.onExit(() => refreshing.remove(key)))
            )
          )
      })
    })
  ).pipe(Layer.provide(SigningKeys.layer))

/**
 * `Sessions` with the default options.
 *
 * @since 0.1.0
 */
export const layer = layerWith({})
