/** What of a page's call goes on to LivePerson, and what of the answer comes back. The rest stays where it is. */
import type { Origin } from "@le-auth/core/Origin"
import { requestHeader } from "@le-auth/core/SessionView"
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
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
      ...documentHeaders,
      // A server in between cannot pass its own answer off as LivePerson's by accident.
      [requestHeader]: "answer",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "cross-origin-resource-policy": "same-origin"
    })
  )

/** A segment of a path as every reader understands it: `undefined` if another reading of it is another path. */
const segmentOf = (raw: string): string | undefined => {
  let segment: string
  try {
    segment = decodeURIComponent(raw)
  } catch {
    return undefined
  }
  // Encoded twice; dots that lead elsewhere; parameters, which servlet containers drop before they look at dots; what ends a
  // segment or a path, if somebody decodes before they divide; and what no path has. Some readers take wide and composed characters
  // for the plain ones, and pass over what shows nothing.
  return /^[\s.\p{Cf}]*$|[%;/\\?#\p{Cc}]/u.test(segment.normalize("NFKC")) ? undefined : segment
}

const segmentsOf = (path: string): ReadonlyArray<string> | undefined => {
  const segments = path.slice(1).split("/").map(segmentOf)
  return segments.includes(undefined) ? undefined : (segments as ReadonlyArray<string>)
}

/**
 * A path that a page may call: the path itself; with `*` for any one segment; with `**` at its end for one segment or more.
 */
export interface Route {
  readonly segments: ReadonlyArray<string>
  readonly isOpen: boolean
}

/** What a pattern allows; `undefined` if no path could ever match it. */
export const routeOf = (pattern: string): Route | undefined => {
  const segments = pattern.startsWith("/") ? segmentsOf(pattern) : undefined
  const wild = segments?.indexOf("**") ?? -1
  if (segments === undefined || (wild !== -1 && wild !== segments.length - 1)) return undefined
  return wild === -1 ? { segments, isOpen: false } : { segments: segments.slice(0, -1), isOpen: true }
}

const matches = (route: Route, path: ReadonlyArray<string>, account: string): boolean =>
  (route.isOpen ? path.length > route.segments.length : path.length === route.segments.length) &&
  route.segments.every((segment, index) => segment === "*" || segment.replaceAll("{account}", account) === path[index])

/**
 * The address of a call, if its path is one of those allowed, in which `{account}` stands for the session's account. A path that
 * means something else to another reader is none of them.
 */
export const addressOf = (
  origin: Origin,
  rest: string,
  allowed: ReadonlyArray<Route>,
  account: string
): URL | undefined => {
  const url = URL.parse(origin + rest)
  if (url === null || url.origin !== origin || url.pathname + url.search !== rest) return undefined
  const path = segmentsOf(url.pathname)
  return path !== undefined && allowed.some((route) => matches(route, path, account)) ? url : undefined
}
