/**
 * Tells requests of the application's own pages from requests that another site made a browser send.
 *
 * @since 0.1.0
 */
import { requestHeader } from "@le-auth/core/SessionView"
import * as FetchMetadata from "@le-auth/core/shared/FetchMetadata"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"

/**
 * Whether a request that changes something comes from a page of this application. `origin` is the application's own,
 * such as `https://app.example`.
 *
 * Browsers tell it in `Sec-Fetch-Site` or `Origin`, which no page can set. Without both headers the request needs the
 * header `x-le-auth`, which another site cannot add without asking first (OAuth 2.0 for browser-based applications,
 * CSRF).
 *
 * It does not depend on `SameSite`, which an application in a frame has to switch off.
 *
 * @see {@link https://www.w3.org/TR/fetch-metadata/ Fetch Metadata Request Headers}
 * @category guards
 * @since 0.1.0
 */
export const isSameOrigin = (request: HttpServerRequest, origin: string): boolean => {
  const sender = FetchMetadata.senderOf(request.headers, origin)
  return sender === "same" || (sender === "unsaid" && request.headers[requestHeader] !== undefined)
}

/**
 * Whether a request is a person's navigation, as far as the browser tells. An image or a script of another site must
 * not start a sign-in. The navigation of a frame counts only if its cookies would come back (`framed`).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.7 RFC 9700 section 4.7}
 * @category guards
 * @since 0.1.0
 */
export const isNavigation = (request: HttpServerRequest, framed = false): boolean => {
  const destination = request.headers["sec-fetch-dest"]
  return destination === undefined || destination === "document" || (framed && destination === "iframe")
}

/**
 * Whether a person meant a navigation, or it comes from a page of the application's own site. `Sec-Fetch-Site` and
 * `Sec-Fetch-User` tell it. A browser that sends neither is believed. Any other site can send a browser anywhere, at
 * any rate.
 *
 * @category guards
 * @since 0.1.0
 */
export const isDeliberate = (request: HttpServerRequest): boolean => {
  const site = request.headers["sec-fetch-site"]
  const user = request.headers["sec-fetch-user"]
  if (site === undefined) return user === undefined || user === "?1"
  return site !== "cross-site" || user === "?1"
}

const speculation = ["sec-purpose", "purpose", "x-purpose", "x-moz"]

/**
 * Whether a browser fetches a page in advance, before a person asks for it.
 *
 * @category guards
 * @since 0.1.0
 */
export const isSpeculative = (request: HttpServerRequest): boolean =>
  speculation.some((name) => /prefetch|prerender|preview/i.test(request.headers[name] ?? ""))
