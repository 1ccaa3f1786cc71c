/**
 * The comparison of registered redirect URIs with one that comes in a request.
 *
 * URIs are compared as text and never parsed first: a URL parser changes case, drops default ports, resolves `..` and
 * reads `0x7f.1` as an address, and each of these differences is an attack (RFC 9700 section 4.1.3).
 */

import { problemOf } from "@le-auth/core/shared/RegisteredUri"
import type { Installation } from "../../Directory.ts"
import { ownText } from "./ownText.ts"

/** The part of an installation that says where codes may go. */
export type Registered = Pick<Installation, "anyLoopbackRedirect" | "redirectUris">

/** Scheme and host; port; the rest. Only a text in exactly this form is loopback. */
const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::([1-9]\d{0,4}))?((?:[/?].*)?)$/s

const isPort = (digits: string | undefined): boolean => digits === undefined || Number(digits) <= 65_535

const matchesOnAnotherPort = (registered: string, given: string, anyPortOnLocalhost: boolean): boolean => {
  const left = loopback.exec(registered)
  const right = loopback.exec(given)
  if (left === null || right === null) return false
  if (left[1] !== right[1] || left[3] !== right[3]) return false
  if (left[1] === "http://localhost" && !anyPortOnLocalhost) return false
  return isPort(right[2])
}

/** An address of this computer, in a form that no parser reads in another way. */
const isOnLoopback = (given: string): boolean => {
  const parts = loopback.exec(given.replace(/^https:/, "http:"))
  return parts !== null && isPort(parts[2]) && given.length <= 2048 && problemOf(given) === undefined
}

/**
 * The redirect URI, if it is a registered one: the same text, character by character. A registered `http://127.0.0.1`
 * or `http://[::1]` matches on every port, since a program on the user's computer takes the port that is free. The
 * built-in installations for development take every address of loopback.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.3 RFC 6749 section 3.1.2.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3 RFC 8252 section 7.3}
 */
export const registeredOf = (
  { anyLoopbackRedirect, redirectUris }: Registered,
  given: string,
  options?: { readonly anyPortOnLocalhost?: boolean }
): string | undefined =>
  redirectUris.find((uri) => uri === given) ??
  (redirectUris.some((uri) => matchesOnAnotherPort(uri, given, options?.anyPortOnLocalhost ?? false)) ||
  (anyLoopbackRedirect === true && isOnLoopback(given))
    ? ownText(given)
    : undefined)

/**
 * Whether an address is at the origin of a registered redirect URI, with the same exception for loopback. Of the rest
 * of the address only its characters are looked at: the origin is compared as text, so nothing in it can be read in
 * another way.
 */
export const isAtOriginOf = (
  registered: Registered,
  given: string,
  options?: { readonly anyPortOnLocalhost?: boolean }
): boolean =>
  /^[\x21\x24-\x5b\x5d\x5f\x61-\x7a\x7e]+$/.test(given) &&
  registeredOf({ ...registered, redirectUris: registered.redirectUris.map(originOf) }, originOf(given), options) !==
    undefined

/** The origin of a redirect URI. */
export const originOf = (uri: string): string => /^https?:\/\/[^/?]+/.exec(uri)?.[0] ?? ""

/**
 * A redirect URI as a source of a content security policy: its origin, or its scheme alone if the host is an IPv6
 * address, which a policy cannot name (CSP Level 3 section 2.3.1).
 */
export const policySourceOf = (uri: string): string => {
  const origin = originOf(uri)
  return origin.includes("[") ? origin.slice(0, origin.indexOf("/")) : origin
}
