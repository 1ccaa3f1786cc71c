/**
 * HTTP on a page: fetch, as careful as a page can be.
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
 * - A redirect is not followed: it comes back as an answer with status 0, in which a page can read nothing. An authorize
 *   request is therefore a navigation, see `BrowserSignIn.redirect`.
 * - No trace headers: another origin would have to allow them before the request is even sent.
 * - What is secret in OAuth does not show in the spans of its requests.
 *
 * @example
 * ```ts
 * import * as BrowserHttp from "@le-auth/browser/BrowserHttp"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 *
 * const inbox = HttpClient.get("/api/inbox").pipe(Effect.provide(BrowserHttp.layer))
 * ```
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = FetchHttp.layerClientWith({
  init: { credentials: "same-origin", cache: "no-store", referrerPolicy: "no-referrer" }
})
