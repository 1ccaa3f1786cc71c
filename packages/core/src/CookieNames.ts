/**
 * What the cookies of an application are called.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Base64Url from "./shared/Base64Url.ts"
import { handleLength } from "./shared/Patterns.ts"
import type { RedirectUri } from "./Identifiers.ts"
import { canBeLocal } from "./Origin.ts"

/**
 * How the names of an application's cookies begin: characters of a token (RFC 6265 section 4.1.1, RFC 9110 section
 * 5.6.2), and none of the beginnings that browsers give a meaning to.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CookiePrefix = Schema.String.check(
  Schema.isPattern(/^(?!__(?:host|secure)-)[!#$%&'*+\-.^_`|~0-9a-z]{1,64}$/i, {
    expected: "a cookie prefix of at most 64 letters, digits and -_.!#$%&'*+^`|~, and not __Host- or __Secure-"
  })
).pipe(Schema.brand("CookiePrefix"))
export type CookiePrefix = typeof CookiePrefix.Type

const isCookiePrefix = Schema.is(CookiePrefix)

/**
 * A prefix that no cookie can have, or that browsers read as a demand.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1 RFC 6265 section 4.1.1}
 * @category errors
 * @since 0.1.0
 */
export class InvalidCookiePrefix extends Schema.TaggedError<InvalidCookiePrefix>()("InvalidCookiePrefix", {
  prefix: Schema.String
}) {
  override get message(): string {
    return `${JSON.stringify(this.prefix)} is not a cookie prefix. Use at most 64 letters, digits and -_.!#$%&'*+^\`|~, and not __Host- or __Secure-, such as shop-.`
  }
}

/**
 * Checks a prefix that a program was given. Fails with {@link InvalidCookiePrefix}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parsePrefix = (prefix: string): Effect.Effect<CookiePrefix, InvalidCookiePrefix> =>
  isCookiePrefix(prefix) ? Effect.succeed(prefix) : Effect.fail(new InvalidCookiePrefix({ prefix }))

/**
 * How the names of cookies begin by default: `le-auth-`.
 *
 * @category models
 * @since 0.1.0
 */
export const defaultPrefix: CookiePrefix = CookiePrefix.make("le-auth-")

/** A cookie with this prefix can only be set over https by the very host that reads it. */
const hostPrefix = "__Host-"

/**
 * How all names begin for an application with this redirect URI. On a developer's machine and on hosts of a network of
 * their own the port is part of it: cookies do not tell ports apart, so two applications would take each other's.
 *
 * @example
 * ```ts
 * import * as CookieNames from "@le-auth/core/CookieNames"
 * import { RedirectUri } from "@le-auth/core/Identifiers"
 *
 * CookieNames.prefixFor(RedirectUri.make("http://localhost:3000/callback")) // => "le-auth-3000-"
 * CookieNames.prefixFor(RedirectUri.make("https://app.example/callback")) // => "__Host-le-auth-"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6265#section-8.5 RFC 6265 section 8.5}
 * @category constructors
 * @since 0.1.0
 */
export const prefixFor = (redirectUri: RedirectUri | undefined, own: CookiePrefix = defaultPrefix): string => {
  if (redirectUri === undefined) return own
  const { host, port, protocol } = new URL(redirectUri)
  return `${protocol === "https:" ? hostPrefix : ""}${own}${port !== "" && canBeLocal(host) ? `${port}-` : ""}`
}

/**
 * The part of a sign-in's `state` that also ends the name of its cookie: 12 characters, which are 9 bytes, four of the
 * time and five random ones.
 *
 * @category combinators
 * @since 0.1.0
 */
export const handleOf = (state: string): string => state.slice(0, handleLength)

/**
 * The cookie of a sign-in among the names of those that a browser sent.
 *
 * @category combinators
 * @since 0.1.0
 */
export const find = (names: ReadonlyArray<string>, state: string): string | undefined => {
  const handle = handleOf(state)
  if (handle.length < handleLength) return undefined
  const found = names.filter((name) => name.endsWith(handle))
  return found.find((name) => name.startsWith(hostPrefix)) ?? found[0]
}

/**
 * Writes the time of the start into the first four bytes of a state, in seconds, so that a browser's sign-ins have an
 * order.
 *
 * @category combinators
 * @since 0.1.0
 */
export const stamp = (state: Uint8Array, now: number): Uint8Array => {
  const seconds = Math.floor(now / 1000)
  for (let index = 0; index < 4; index++) state[index] = seconds >>> (24 - index * 8)
  return state
}

/**
 * The sign-ins that are open in a browser, the oldest first. `names` are those of its cookies, and `like` is the
 * cookie of a sign-in of this application. `startedAt` is in milliseconds since the epoch.
 *
 * @category combinators
 * @since 0.1.0
 */
export const openSignIns = (
  names: ReadonlyArray<string>,
  like: string
): ReadonlyArray<{ readonly name: string; readonly startedAt: number }> => {
  const prefix = like.slice(0, -handleLength)
  return names
    .flatMap((name) => {
      if (name.length !== like.length || !name.startsWith(prefix)) return []
      const bytes = Base64Url.decode(name.slice(prefix.length))
      return bytes === undefined ? [] : [{ name, startedAt: new DataView(bytes.buffer).getUint32(0) * 1000 }]
    })
    .toSorted((one, other) => one.startedAt - other.startedAt)
}
