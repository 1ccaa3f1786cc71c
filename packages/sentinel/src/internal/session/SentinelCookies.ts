/**
 * The cookies of Sentinel.
 *
 * Cookies are shared between the ports of a host, so on a laptop all names begin with `sentinel-`.
 */
import type { Origin } from "@le-auth/core/Origin"
import * as Patterns from "@le-auth/core/shared/Patterns"
import * as Duration from "effect/Duration"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** A cookie of random text. */
export interface SentinelCookie {
  /** Its value, if it has the form that Sentinel gives it. */
  readonly read: (request: HttpServerRequest.HttpServerRequest) => string | undefined
  readonly write: (
    response: HttpServerResponse.HttpServerResponse,
    value: string
  ) => HttpServerResponse.HttpServerResponse
  readonly expire: (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse
}

/**
 * `login` is there before a user signs in and ties a login page to its browser; `session` is one for each account, so
 * that sessions in several accounts live side by side; `device` stays for 90 days and says that a user has signed in
 * with this browser before, so that attackers cannot lock the user out.
 */
export interface SentinelCookies {
  readonly login: SentinelCookie
  readonly session: (accountId: string) => SentinelCookie
  readonly device: (accountId: string) => SentinelCookie
}

/**
 * The first value under a name (RFC 6265 section 5.4). Our values are not encoded, so nothing is decoded:
 * `request.cookies` of effect decodes the cookies of all others, with an exception for each wrong escape.
 */
const valueOf = (header: string | undefined, name: string): string | undefined => {
  if (header?.includes(name) !== true) return undefined
  for (let start = 0, end = 0; end !== -1; start = end + 1) {
    end = header.indexOf(";", start)
    const pair = end === -1 ? header.slice(start) : header.slice(start, end)
    const equals = pair.indexOf("=")
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}

/** What a cookie is, beside its name. */
interface Settings {
  /** The form of its values. */
  readonly form?: RegExp
  /** Default: until the browser ends. */
  readonly maxAge?: Duration.Duration
  /** Default: `lax`. */
  readonly sameSite?: "lax" | "strict"
}

/**
 * A cookie of an origin: `__Host-` and `Secure` with https; a plain name on http, because browsers drop a `Secure`
 * cookie there and the login would go round in circles.
 */
export const cookie = (
  isSecure: boolean,
  suffix: string,
  { form = Patterns.bits256, maxAge, sameSite = "lax" }: Settings = {}
): SentinelCookie => {
  const options = { httpOnly: true, sameSite, path: "/", secure: isSecure } as const
  const name = `${isSecure ? "__Host-" : ""}sentinel-${suffix}`
  return {
    read: (request) => {
      const value = valueOf(request.headers["cookie"], name)
      return value !== undefined && form.test(value) ? value : undefined
    },
    write: (response, value) =>
      HttpServerResponse.setCookieUnsafe(
        response,
        name,
        value,
        maxAge === undefined ? options : { ...options, maxAge }
      ),
    expire: (response) => HttpServerResponse.expireCookieUnsafe(response, name, options)
  }
}

/** Sentinel's cookies for a public origin. */
export const make = (publicOrigin: Origin): SentinelCookies => {
  const isSecure = publicOrigin.startsWith("https:")
  return {
    login: cookie(isSecure, "login"),
    session: (accountId) => cookie(isSecure, `session-${accountId}`),
    device: (accountId) =>
      cookie(isSecure, `device-${accountId}`, { form: /^[A-Za-z0-9_-]{65}$/, maxAge: Duration.days(90) })
  }
}
