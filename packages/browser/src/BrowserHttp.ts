/**
 * HTTP on a page: `fetch`, as careful as a page can be.
 *
 * @since 0.1.0
 */
import * as FetchHttp from "@le-auth/core/FetchHttp"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"

/**
 * `HttpClient` over the page's `fetch`.
 *
 * - Cookies go to the page's own origin only, and nothing is taken from a cache.
 * - A redirect is not followed. It comes back as an answer with status 0, in which a page can read nothing. So an
 *   authorization request is a navigation, see `BrowserSignIn.redirect`.
 * - Requests have no trace headers, since another origin would have to allow them first.
 * - The spans of its requests hide the secrets of OAuth.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as BrowserHttp from "@le-auth/browser/BrowserHttp"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 *
 * const inbox = HttpClient.get("/api/inbox").pipe(Effect.provide(BrowserHttp.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = FetchHttp.layerClientWith({
  init: { credentials: "same-origin", cache: "no-store", referrerPolicy: "no-referrer" }
})
