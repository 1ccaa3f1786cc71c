/**
 * All stores in cookies, for servers that keep nothing.
 *
 * @since 0.1.0
 */
import type { SealKeys } from "@le-auth/core/Seal"
import type { SessionStore } from "@le-auth/core/SessionStore"
import type { TransactionStore } from "@le-auth/core/TransactionStore"
import * as Layer from "effect/Layer"
import type { BrowserSessions } from "./BrowserSessions.ts"
import * as CookieBrowserSessions from "./CookieBrowserSessions.ts"
import * as CookieSessionStore from "./CookieSessionStore.ts"
import * as CookieTransactionStore from "./CookieTransactionStore.ts"
import type { SessionsInCookies } from "./SessionsInCookies.ts"
import type { WebApplication } from "./WebApplication.ts"

/**
 * The stores, and the sign that sessions are in cookies.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = TransactionStore | SessionStore | BrowserSessions | SessionsInCookies

/**
 * {@link layer} with the limits of the cookies.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (
  options: CookieTransactionStore.Options & CookieSessionStore.Options
): Layer.Layer<Services, never, WebApplication | SealKeys> =>
  Layer.mergeAll(
    CookieTransactionStore.layerWith(options),
    CookieSessionStore.layerWith(options),
    CookieBrowserSessions.layerWith(options)
  )

/**
 * The three stores of a web application as sealed cookies, for functions and workers without a database. Then only
 * Sentinel guarantees single use across processes, and a sign-out only removes cookies.
 * {@link CookieTransactionStore.layer}, {@link CookieSessionStore.layer} and {@link CookieBrowserSessions.layer} have
 * the details.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as Seal from "@le-auth/core/Seal"
 * import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
 * import * as Stateless from "@le-auth/web/Stateless"
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as WebSignIn from "@le-auth/web/WebSignIn"
 * import * as Layer from "effect/Layer"
 *
 * const { handler } = WebSignIn.toWebHandler(
 *   NodeServerSignIn.layerServer.pipe(
 *     Layer.provideMerge(Stateless.layer),
 *     Layer.provideMerge(WebApplication.layer),
 *     Layer.provide(RefreshLock.layerMemory),
 *     Layer.provide(AppInstallations.layerConfig), // LE_AUTH_ACCOUNT_ID, ...
 *     Layer.provide(Seal.layerConfig), // LE_AUTH_SEAL_KEYS
 *     Layer.provide(Seal.layerWebCrypto)
 *   )
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Services, never, WebApplication | SealKeys> = layerWith({})
