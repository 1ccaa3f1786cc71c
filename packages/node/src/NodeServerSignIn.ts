/**
 * Sign-in for a server on Node, ready to use. What it imports reaches no keychain, no browser of the user and no other
 * process: a sign-in for a command line is in `NodeSignIn`.
 *
 * @since 0.1.0
 */
import type { AppInstallations } from "@le-auth/core/AppInstallations"
import * as Domains from "@le-auth/core/Domains"
import type * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as KeySets from "@le-auth/core/KeySets"
import type { RefreshLock } from "@le-auth/core/RefreshLock"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import type { SessionStore } from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import type { TransactionStore } from "@le-auth/core/TransactionStore"
import type * as Config from "effect/Config"
import * as Layer from "effect/Layer"
import * as NodeCrypto from "./NodeCrypto.ts"
import * as NodeHttp from "./NodeHttp.ts"

/**
 * What {@link layerServer} gives: the same as over fetch.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = FetchSignIn.Services

/**
 * What {@link layerCalls} gives: the same as over fetch.
 *
 * @category models
 * @since 0.1.0
 */
export type Calls = FetchSignIn.Calls

/**
 * The calls without the sign-in, over undici and Node's cryptography: look-ups in the Domain API, which is at
 * `LE_AUTH_DOMAIN_API`, and the endpoints of Sentinel. It keeps nothing, so it needs no stores.
 *
 * @example
 * ```ts
 * // compiled only: it needs a network
 * import * as Domains from "@le-auth/core/Domains"
 * import { AccountId } from "@le-auth/core/Identifiers"
 * import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
 * import * as Effect from "effect/Effect"
 *
 * const sentinel = Domains.resolve(AccountId.make("12345678"), "sentinel").pipe(
 *   Effect.provide(NodeServerSignIn.layerCalls)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerCalls: Layer.Layer<Calls, Config.ConfigError> = KeySets.layer.pipe(
  Layer.provideMerge(Layer.merge(Domains.layerConfig, SentinelClient.layer)),
  Layer.provideMerge(Layer.merge(NodeHttp.layer, NodeCrypto.layer))
)

/**
 * Sign-in for a server, over undici and Node's cryptography. The Domain API is at `LE_AUTH_DOMAIN_API`.
 *
 * Where sign-ins and sessions are kept is yours to choose, since the right choice depends on how many processes there
 * are.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as SessionStore from "@le-auth/core/SessionStore"
 * import * as TransactionStore from "@le-auth/core/TransactionStore"
 * import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
 * import * as Layer from "effect/Layer"
 *
 * const oneProcess = Layer.mergeAll(
 *   AppInstallations.layerConfig,
 *   TransactionStore.layerMemory,
 *   SessionStore.layerMemory,
 *   RefreshLock.layerMemory
 * )
 *
 * const SignInLive = Layer.provide(NodeServerSignIn.layerServer, oneProcess)
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
