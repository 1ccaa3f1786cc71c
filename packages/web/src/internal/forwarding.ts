/** The parts of a page's call that go on to LivePerson, and the parts of the answer that come back. */
import type { Origin } from "@le-auth/core/Origin"
import { requestHeader } from "@le-auth/core/SessionView"
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Headers from "effect/http/Headers"

/** The headers that go on. Cookies, the page's own `Authorization`, and headers about the network do not. */
const requestHeaders = [
  "accept",
  "accept-language",
  "content-type",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-unmodified-since"
]

/**
 * The headers that come back. Cookies, redirects and permissions for other origins do not. `ac-revision` is
 * LivePerson's own ETag.
 */
const answerHeaders = ["ac-revision", "content-language", "etag", "last-modified", "retry-after"]

const picked = (headers: Headers.Headers, names: ReadonlyArray<string>): Headers.Headers =>
  Headers.fromInput(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const])))

/** The headers of a page's call for LivePerson. */
export const ofRequest = (headers: Headers.Headers): Headers.Headers => picked(headers, requestHeaders)

/**
 * The headers of LivePerson's answer for the page. The answer is data: opened as a page it runs nothing, and no other
 * site can load it.
 */
export const ofAnswer = (headers: Headers.Headers): Headers.Headers =>
  Headers.merge(
    picked(headers, answerHeaders),
    Headers.fromInput({
      ...documentHeaders,
      // The answer of a server in between does not look like LivePerson's by accident.
      [requestHeader]: "answer",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "cross-origin-resource-policy": "same-origin"
    })
  )

/** A segment of a path, decoded, or `undefined` if some reader may understand another path. */
const segmentOf = (raw: string): string | undefined => {
  let segment: string
  try {
    segment = decodeURIComponent(raw)
  } catch {
    return undefined
  }
  // It refuses double encoding, dots that lead elsewhere, parameters, which servlet containers drop before they look at
  // dots, characters that end a segment or a path for a reader that decodes before it divides, and control characters.
  // Some readers take wide and composed characters for the plain ones, and skip invisible ones.
  return /^[\s.\p{Cf}]*$|[%;/\\?#\p{Cc}]/u.test(segment.normalize("NFKC")) ? undefined : segment
}

const segmentsOf = (path: string): ReadonlyArray<string> | undefined => {
  const segments = path.slice(1).split("/").map(segmentOf)
  return segments.includes(undefined) ? undefined : (segments as ReadonlyArray<string>)
}

/**
 * The address of a path that code of the application's own calls, with its query, or `undefined` if some reader may
 * understand another path. It may end with a slash.
 */
export const addressAt = (origin: Origin, path: string): URL | undefined => {
  if (!path.startsWith("/") || /[#\p{Cc}]/u.test(path)) return undefined
  const [pathname = ""] = path.split("?", 1)
  const segments = segmentsOf(pathname.replace(/(?<=.)\/$/, ""))
  const url = URL.parse(origin + path)
  const isPlain = pathname === "/" || segments !== undefined
  return isPlain && url?.origin === origin ? url : undefined
}

/**
 * A path that a page may call. `*` stands for any one segment, and `**` at its end for one segment or more.
 */
export interface Route {
  readonly segments: ReadonlyArray<string>
  readonly isOpen: boolean
}

/** The route of a pattern, or `undefined` if no path can match it. */
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
 * The address of a call, or `undefined` if its path is not allowed. `{account}` of an allowed path stands for the
 * session's account. A path that some reader may understand as another one is not allowed.
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
