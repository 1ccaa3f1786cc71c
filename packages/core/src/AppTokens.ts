/**
 * App tokens that are always valid: what an application that acts for itself sends with its calls.
 *
 * @see LivePerson, API guidelines, "OAuth 2.0 client credentials"
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { AppInstallations, type UnknownInstallation } from "./AppInstallations.ts"
import { Domains, type DomainsError } from "./Domains.ts"
import type { AccessToken, AccountId } from "./Identifiers.ts"
import * as Authorizing from "./internal/authorizing.ts"
import * as Renewing from "./internal/renewing.ts"
import * as Telemetry from "./internal/Telemetry.ts"
import type { StoreError } from "./StoreError.ts"
import type { TokenError } from "./TokenError.ts"

/**
 * Why there is no app token. A `StoreError` is that of `AppInstallations` alone: a store of tokens or a lock that is
 * down costs a request, and no caller their token.
 *
 * @category errors
 * @since 0.1.0
 */
export type AppTokenError = TokenError | DomainsError | UnknownInstallation | StoreError

/**
 * How {@link renew} is told which token to replace.
 *
 * @category models
 * @since 0.1.0
 */
export interface RenewOptions {
  /** The token that a service refused. */
  readonly unless: AccessToken
  /** The account. May be left out if the application is installed in one account only. */
  readonly accountId?: AccountId | undefined
}

/**
 * How {@link authorized} sends the token.
 *
 * @category models
 * @since 0.1.0
 */
export interface AuthorizedOptions {
  /** The account. May be left out if the application is installed in one account only. */
  readonly accountId?: AccountId | undefined
  /**
   * What stands before the token in the header `Authorization`. Default: `"Bearer"`. LivePerson's messaging APIs take
   * the token alone: `"none"`.
   */
  readonly scheme?: "Bearer" | "none" | undefined
}

/**
 * The app tokens of an application, one for each account: everything that needs one asks here. A token is asked for
 * once, by all callers of all processes that share a store and a lock. When four fifths of its life are over, or up to
 * a tenth earlier, another one is asked for in the background, while callers go on with the old one.
 *
 * ```text
 * AppInstallations -> token, authorized -> (a service refuses it) -> renew
 * ```
 *
 * Its life is what `expires_in` says, else the `exp` of the token, else an hour.
 *
 * @category services
 * @since 0.1.0
 */
export class AppTokens extends Context.Service<
  AppTokens,
  {
    /** A valid app token of an account; without an account, of the only one that the application is installed in. */
    readonly token: (accountId?: AccountId) => Effect.Effect<AccessToken, AppTokenError>
    /**
     * Another token than the one that a service refused, such as one that closed a WebSocket. Any number of callers
     * with the same token cause one request, and none if another process has got one since.
     */
    readonly renew: (options: RenewOptions) => Effect.Effect<AccessToken, AppTokenError>
    /**
     * An `HttpClient` that sends the app token with each request, only to allowed hosts. After a 401 that means the
     * token it gets another one and repeats the request once. Such a 401 says `invalid_token`, or nothing and the token
     * is older than a minute (RFC 6750 section 3.1). Where a new token is also refused, the host's next 401s are given
     * as they are for a minute.
     */
    readonly authorized: <E, R>(
      client: HttpClient.HttpClient.With<E, R>,
      options?: AuthorizedOptions
    ) => HttpClient.HttpClient.With<E | AppTokenError, R>
  }
>()("@le-auth/core/AppTokens") {}

/**
 * A valid app token of an account, with the `AppTokens` of the context; without an account, of the only one that the
 * application is installed in. Usually it is in memory. Any number of callers cause one request.
 *
 * Fails with `UnknownInstallation`, `TokenError`, `DomainsError` or `StoreError` if no valid token is left and none is
 * to be had. Calls are repeated as the caller's `RetryPolicy` says; a failure is not remembered.
 *
 * @example
 * ```ts
 * import * as AppTokens from "@le-auth/core/AppTokens"
 * import type { AccountId } from "@le-auth/core/Identifiers"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * // The header for a client that takes a text.
 * const authorization = (accountId: AccountId) =>
 *   Effect.map(AppTokens.token(accountId), (token) => `Bearer ${Redacted.value(token)}`)
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 section 4.4}
 * @category accessors
 * @since 0.1.0
 */
export const token = (accountId?: AccountId): Effect.Effect<AccessToken, AppTokenError, AppTokens> =>
  AppTokens.use((tokens) => tokens.token(accountId))

/**
 * Another app token than the one that a service refused, with the `AppTokens` of the context: for what
 * {@link authorized} cannot send, such as a WebSocket. Any number of callers with the same token cause one request.
 * Fails with the errors of {@link token}, also if the old token has not ended.
 *
 * @example
 * ```ts
 * import * as AppTokens from "@le-auth/core/AppTokens"
 * import type { AccessToken } from "@le-auth/core/Identifiers"
 *
 * // A service has closed a WebSocket, since it did not accept its token: the token for the next one.
 * const afterRefusal = (refused: AccessToken) => AppTokens.renew({ unless: refused })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const renew = (options: RenewOptions): Effect.Effect<AccessToken, AppTokenError, AppTokens> =>
  AppTokens.use((tokens) => tokens.renew(options))

/**
 * An `HttpClient` that sends the app token with each request to an allowed host, with the `AppTokens` of the context. A
 * 401 that means the token causes one renewal and one repetition.
 *
 * Its requests fail as those of the given client, and with the errors of {@link token}; for other hosts with a
 * `DomainsError` whose reason is `HostNotAllowed`, and nothing is sent.
 *
 * @example
 * ```ts
 * import * as AppTokens from "@le-auth/core/AppTokens"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 *
 * const get = (url: string) =>
 *   Effect.gen(function* () {
 *     const client = yield* AppTokens.authorized(yield* HttpClient.HttpClient)
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
  options?: AuthorizedOptions
): Effect.Effect<HttpClient.HttpClient.With<E | AppTokenError, R>, never, AppTokens> =>
  AppTokens.useSync((tokens) => tokens.authorized(client, options))

/**
 * `AppTokens` over the store, the lock and the calls of the context. It asks for no token before one is needed. What it
 * does in the background ends with it.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as AppTokens from "@le-auth/core/AppTokens"
 * import * as AppTokenStore from "@le-auth/core/AppTokenStore"
 * import * as Domains from "@le-auth/core/Domains"
 * import * as FetchHttp from "@le-auth/core/FetchHttp"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as SentinelClient from "@le-auth/core/SentinelClient"
 * import * as SecureRandom from "effect/crypto/SecureRandom"
 * import * as Layer from "effect/Layer"
 *
 * const AppTokensLive = AppTokens.layer.pipe(
 *   Layer.provide([Domains.layerConfig, SentinelClient.layer]),
 *   Layer.provide([AppInstallations.layerConfig, AppTokenStore.layerMemory, RefreshLock.layerMemory, FetchHttp.layer]),
 *   Layer.provide(SecureRandom.layerWebCrypto)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<AppTokens, never, Renewing.Services> = Layer.effect(
  AppTokens,
  Effect.gen(function* () {
    const installations = yield* AppInstallations
    const authorized = Authorizing.make(yield* Domains)
    const renewing = yield* Renewing.make

    /** The account of the only installation, once it has been looked up. */
    let only: AccountId | undefined
    const accountOf = (accountId: AccountId | undefined): Effect.Effect<AccountId, UnknownInstallation | StoreError> =>
      accountId === undefined
        ? Effect.map(installations.find(), (installation) => (only = installation.accountId))
        : Effect.succeed(accountId)

    const observed = <A>(
      operation: string,
      accountId: AccountId | undefined,
      effect: (accountId: AccountId) => Effect.Effect<A, AppTokenError>
    ) =>
      Telemetry.observed(
        `AppTokens.${operation}`,
        () => accountId ?? only,
        Effect.flatMap(accountOf(accountId), effect)
      )

    /** A token in memory is not observed: that would take longer than to give it. */
    const valid = <A>(accountId: AccountId | undefined, of: (held: Renewing.Held) => Effect.Effect<A>) =>
      Effect.withFiber((fiber): Effect.Effect<A, AppTokenError> => {
        const account = accountId ?? only
        const held = account === undefined ? undefined : renewing.inMemory(account, fiber)
        return held === undefined ? Effect.flatMap(observed("token", accountId, renewing.valid), of) : of(held)
      })

    const renew = ({ accountId, unless }: RenewOptions) =>
      Effect.map(
        observed("renew", accountId, (accountId) => renewing.another(accountId, unless)),
        ({ token }) => token.accessToken
      )

    return AppTokens.of({
      token: (accountId) => valid(accountId, ({ answer }) => answer),
      renew,
      authorized: (client, { accountId, scheme = "Bearer" } = {}) =>
        authorized(client, {
          fresh: valid(accountId, ({ token }) =>
            Effect.succeed({
              owner: token.key.toString(),
              accessToken: token.accessToken,
              obtainedAt: token.obtainedAt
            })
          ),
          renew: (unless) => renew({ unless, accountId }),
          scheme
        })
    })
  })
)
