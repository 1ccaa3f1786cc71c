/**
 * Sign-in over fetch and Web Crypto, ready to use: workers, Bun, Deno. On Node take `NodeServerSignIn` of
 * `@le-auth/node`.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import * as Digest from "effect/crypto/Digest"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Signature from "effect/crypto/Signature"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { AppInstallations } from "./AppInstallations.ts"
import * as Domains from "./Domains.ts"
import * as FetchHttp from "./FetchHttp.ts"
import * as KeySets from "./KeySets.ts"
import type { RefreshLock } from "./RefreshLock.ts"
import * as SentinelClient from "./SentinelClient.ts"
import * as Sessions from "./Sessions.ts"
import type { SessionStore } from "./SessionStore.ts"
import * as SignIn from "./SignIn.ts"
import type { TransactionStore } from "./TransactionStore.ts"
import type { Transport } from "./Transport.ts"

/**
 * What {@link layerServer} gives: the two verbs, the sessions, what they are made of, and what checks the requests that
 * LivePerson sends in.
 *
 * @category models
 * @since 0.1.0
 */
export type Services =
  | SignIn.SignIn
  | Sessions.Sessions
  | Domains.Domains
  | SentinelClient.SentinelClient
  | KeySets.KeySets
  | HttpClient.HttpClient
  | Transport
  | Digest.Digest
  | Mac.Mac
  | SecureRandom.SecureRandom
  | Signature.Signature

/**
 * What {@link layerCalls} gives.
 *
 * @category models
 * @since 0.1.0
 */
export type Calls = Exclude<Services, SignIn.SignIn | Sessions.Sessions>

const layerCrypto = Layer.mergeAll(Signature.layerWebCrypto, Mac.layerWebCrypto).pipe(
  Layer.provideMerge(SecureRandom.layerWebCrypto),
  Layer.merge(Digest.layerWebCrypto)
)

/**
 * The calls without the sign-in, over fetch and Web Crypto: look-ups in the Domain API, which is at
 * `LE_AUTH_DOMAIN_API`, and the endpoints of Sentinel. It keeps nothing, so it needs no stores. Fails with a
 * `ConfigError` if `LE_AUTH_DOMAIN_API` is not an origin.
 *
 * @example
 * ```ts
 * // compiled only: it needs a network
 * import * as Domains from "@le-auth/core/Domains"
 * import * as FetchSignIn from "@le-auth/core/FetchSignIn"
 * import { AccountId } from "@le-auth/core/Identifiers"
 * import * as Effect from "effect/Effect"
 *
 * const sentinel = Domains.resolve(AccountId.make("12345678"), "sentinel").pipe(
 *   Effect.provide(FetchSignIn.layerCalls)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerCalls: Layer.Layer<Calls, Config.ConfigError> = KeySets.layer.pipe(
  Layer.provideMerge(Layer.merge(Domains.layerConfig, SentinelClient.layer)),
  Layer.provideMerge(Layer.merge(FetchHttp.layer, layerCrypto))
)

/**
 * Sign-in for a server, over fetch and Web Crypto. The Domain API is at `LE_AUTH_DOMAIN_API`. Fails with a
 * `ConfigError` if that is not an origin.
 *
 * The stores of sign-ins and sessions are yours to choose. `Stateless` of `@le-auth/web` keeps both in cookies, as a
 * worker needs.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as FetchSignIn from "@le-auth/core/FetchSignIn"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as SessionStore from "@le-auth/core/SessionStore"
 * import * as TransactionStore from "@le-auth/core/TransactionStore"
 * import * as Layer from "effect/Layer"
 *
 * const oneProcess = Layer.mergeAll(
 *   AppInstallations.layerConfig,
 *   TransactionStore.layerMemory,
 *   SessionStore.layerMemory,
 *   RefreshLock.layerMemory
 * )
 *
 * const SignInLive = Layer.provide(FetchSignIn.layerServer, oneProcess)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerServer: Layer.Layer<
  Services,
  Config.ConfigError,
  AppInstallations | TransactionStore | SessionStore | RefreshLock
> = SignIn.layer.pipe(Layer.provideMerge(Sessions.layer), Layer.provideMerge(layerCalls))
