/** What of a page's call goes on to LivePerson, and what of the answer comes back. The rest stays where it is. */
import type { Origin } from "@le-auth/core/Origin"
import * as Headers from "effect/http/Headers"

/** No cookie, no `Authorization` of the page's own, nothing about the network between (OAuth for browser-based apps, proxy). */
const requestHeaders = [
  "accept",
  "accept-language",
  "content-type",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-unmodified-since"
]

/** No cookie, no address to go to, no permission for other origins. `ac-revision` is LivePerson's own ETag. */
const answerHeaders = ["ac-revision", "content-language", "etag", "last-modified", "retry-after"]

const picked = (headers: Headers.Headers, names: ReadonlyArray<string>): Headers.Headers =>
  Headers.fromInput(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const])))

export const ofRequest = (headers: Headers.Headers): Headers.Headers => picked(headers, requestHeaders)

/** Whatever LivePerson sends is data here: opened as a page it runs nothing, and no other site can load it. */
export const ofAnswer = (headers: Headers.Headers): Headers.Headers =>
  Headers.merge(
    picked(headers, answerHeaders),
    Headers.fromInput({
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff"
    })
  )

/**
 * The address of a call, if its path is one of those allowed, in which `{account}` stands for the session's account. A path that
 * means something else once it is read (`/../`, `%2F`) is none of them.
 */
export const addressOf = (
  origin: Origin,
  rest: string,
  allowed: ReadonlyArray<string>,
  account: string
): URL | undefined => {
  const url = URL.parse(origin + rest)
  return url !== null &&
    url.origin === origin &&
    url.pathname + url.search === rest &&
    !/%2f|%5c|\/\//i.test(url.pathname) &&
    allowed.some((prefix) => url.pathname.startsWith(prefix.replaceAll("{account}", account)))
    ? url
    : undefined
}
