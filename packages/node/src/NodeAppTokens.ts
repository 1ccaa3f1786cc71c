/**
 * App tokens on Node, ready to use: for a program that acts for itself and signs no user in.
 *
 * @since 0.1.0
 */
import type { AppInstallations } from "@le-auth/core/AppInstallations"
import * as AppTokens from "@le-auth/core/AppTokens"
import type { AppTokenStore } from "@le-auth/core/AppTokenStore"
import type * as FetchAppTokens from "@le-auth/core/FetchAppTokens"
import type { RefreshLock } from "@le-auth/core/RefreshLock"
import type * as Config from "effect/Config"
import * as Layer from "effect/Layer"
import * as NodeServerSignIn from "./NodeServerSignIn.ts"

/**
 * What {@link layer} gives: the same as over fetch.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = FetchAppTokens.Services

/**
 * App tokens over undici and Node's cryptography. The Domain API is at `LE_AUTH_DOMAIN_API`. Fails with a `ConfigError`
 * if that is not an origin.
 *
 * A store in memory is enough for one process; several share one request with a store and a lock in a database. A
 * program that also signs users in has the calls already, and adds `AppTokens.layer` to `NodeServerSignIn.layerServer`.
 *
 * @example
 * ```ts
 * // compiled only: it needs a network
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as AppTokens from "@le-auth/core/AppTokens"
 * import * as AppTokenStore from "@le-auth/core/AppTokenStore"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as NodeAppTokens from "@le-auth/node/NodeAppTokens"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 * import * as Layer from "effect/Layer"
 *
 * const AppTokensLive = NodeAppTokens.layer.pipe(
 *   Layer.provide([AppInstallations.layerConfig, AppTokenStore.layerMemory, RefreshLock.layerMemory])
 * )
 *
 * const users = Effect.gen(function* () {
 *   const client = yield* AppTokens.authorized(yield* HttpClient.HttpClient)
 *   return yield* client.get("https://va.ac.liveperson.net/api/account/12345678/configuration/le-users/users?v=6.0")
 * }).pipe(Effect.provide(AppTokensLive))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Services, Config.ConfigError, AppInstallations | AppTokenStore | RefreshLock> =
  Layer.provideMerge(AppTokens.layer, NodeServerSignIn.layerCalls)
