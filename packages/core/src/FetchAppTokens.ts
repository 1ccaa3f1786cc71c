/**
 * App tokens over fetch and Web Crypto, ready to use: workers, Bun, Deno. On Node take `NodeAppTokens` of
 * `@le-auth/node`.
 *
 * @since 0.1.0
 */
import type * as Config from "effect/Config"
import * as Layer from "effect/Layer"
import type { AppInstallations } from "./AppInstallations.ts"
import * as AppTokens from "./AppTokens.ts"
import type { AppTokenStore } from "./AppTokenStore.ts"
import * as FetchSignIn from "./FetchSignIn.ts"
import type { RefreshLock } from "./RefreshLock.ts"

/**
 * What {@link layer} gives: the app tokens, and the calls that they are made of.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = AppTokens.AppTokens | FetchSignIn.Calls

/**
 * App tokens for a program that acts for itself, over fetch and Web Crypto. The Domain API is at `LE_AUTH_DOMAIN_API`.
 * Fails with a `ConfigError` if that is not an origin.
 *
 * A program that also signs users in has the calls already, and adds `AppTokens.layer` to them.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as AppTokenStore from "@le-auth/core/AppTokenStore"
 * import * as FetchAppTokens from "@le-auth/core/FetchAppTokens"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as Layer from "effect/Layer"
 *
 * const AppTokensLive = FetchAppTokens.layer.pipe(
 *   Layer.provide([AppInstallations.layerConfig, AppTokenStore.layerMemory, RefreshLock.layerMemory])
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Services, Config.ConfigError, AppInstallations | AppTokenStore | RefreshLock> =
  Layer.provideMerge(AppTokens.layer, FetchSignIn.layerCalls)
