/**
 * Tells requests of the application's own pages from requests that another site made a browser send.
 *
 * @since 0.1.0
 */
import { requestHeader } from "@le-auth/core/SessionView"
import * as FetchMetadata from "@le-auth/core/shared/FetchMetadata"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"

/**
 * Whether a request that changes something comes from a page of this application.
 *
 * Browsers say so themselves in `Sec-Fetch-Site`, or in `Origin`, which no page can set; where both are missing, the header
 * `x-le-auth` is needed, which another site cannot add without asking first (OAuth 2.0 for browser-based applications, CSRF).
 *
 * It does not lean on `SameSite`, which an application in a frame has to switch off.
 *
 * `origin` is the application's own, such as `https://app.example`.
 *
 * @since 0.1.0
 */
export const isSameOrigin = (request: HttpServerRequest, origin: string): boolean => {
  const sender = FetchMetadata.senderOf(request.headers, origin)
  return sender === "same" || (sender === "unsaid" && request.headers[requestHeader] !== undefined)
}

/**
 * Whether a request is a person's navigation, as far as the browser says: an image or a script of another site must not
 * start a sign-in (RFC 9700 section 4.7). The navigation of a frame counts only where its cookies would come back (`framed`).
 *
 * @since 0.1.0
 */
export const isNavigation = (request: HttpServerRequest, framed = false): boolean => {
  const destination = request.headers["sec-fetch-dest"]
  return destination === undefined || destination === "document" || (framed && destination === "iframe")
}

/**
 * Whether a navigation was meant by a person or comes from a page of the application's own site (`Sec-Fetch-Site`,
 * `Sec-Fetch-User`; none of them in a browser that tells neither). Any other site can send a browser anywhere, as often as it likes.
 *
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
 * Whether a browser only fetches in advance what a person may want: nobody has asked for it yet.
 *
 * @since 0.1.0
 */
export const isSpeculative = (request: HttpServerRequest): boolean =>
  speculation.some((name) => /prefetch|prerender|preview/i.test(request.headers[name] ?? ""))
