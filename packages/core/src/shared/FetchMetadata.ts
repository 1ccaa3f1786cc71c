/**
 * The site that a request comes from, as far as the browser says. Browsers send these headers, and no page can set
 * them.
 *
 * @see {@link https://www.w3.org/TR/fetch-metadata/ Fetch Metadata Request Headers}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6454#section-7 RFC 6454 section 7}
 * @since 0.1.0
 */

/**
 * - `same`: a page of the same origin
 * - `foreign`: a page of another origin
 * - `none`: no page; a person typed the address, or chose a bookmark
 * - `opaque`: a page that does not tell its origin (`Origin: null`), such as one with the referrer policy `no-referrer`
 * - `unsaid`: the request has neither header
 *
 * The caller decides whether `none`, `opaque` and `unsaid` may pass.
 *
 * @category models
 * @since 0.1.0
 */
export type Sender = "same" | "foreign" | "none" | "opaque" | "unsaid"

/**
 * The sender of a request, for a server whose own origin is `origin`, such as `https://app.example`.
 *
 * `Sec-Fetch-Site` decides where it is. Only `none` does not: extensions of a browser send it together with an
 * `Origin`.
 *
 * @example
 * ```ts
 * import * as FetchMetadata from "@le-auth/core/shared/FetchMetadata"
 *
 * FetchMetadata.senderOf({ "sec-fetch-site": "cross-site" }, "https://app.example") // => "foreign"
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const senderOf = (headers: Readonly<Record<string, string | undefined>>, origin: string): Sender => {
  const site = headers["sec-fetch-site"]
  if (site === "same-origin") return "same"
  if (site !== undefined && site !== "none") return "foreign"
  const from = headers["origin"]
  if (from !== undefined && from !== "null" && from !== origin) return "foreign"
  if (site === "none") return from === "null" ? "opaque" : "none"
  if (from === undefined) return "unsaid"
  return from === "null" ? "opaque" : "same"
}
