/**
 * The scheme, host and port of a server that may be given secrets.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { label } from "./shared/Patterns.ts"

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/**
 * Whether a host, with or without a port, is this computer: `localhost`, `127.0.0.0/8` or `[::1]`.
 *
 * @category guards
 * @since 0.1.0
 */
export const isLoopback = (host: string): boolean => loopback.test(host)

/**
 * `https://host[:port]`, or `http://` on loopback: never a path, a query or credentials.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.9 RFC 6749 section 10.9}
 * @category schemas
 * @since 0.1.0
 */
export const Origin = Schema.String.check(
  Schema.makeFilter(
    (text: string) => {
      const url = URL.parse(text)
      return url !== null && url.origin === text && (url.protocol === "https:" || isLoopback(url.host))
    },
    { expected: "an https origin such as https://api.liveperson.net (http on loopback only)" }
  )
).pipe(Schema.brand("Origin"))
export type Origin = typeof Origin.Type

/**
 * The origin of a bare host: https, or http on loopback. Every text that {@link isHost} accepts has one; a default
 * port is left out, as in every origin. Throws for any other text.
 *
 * @example
 * ```ts
 * import * as Origin from "@le-auth/core/Origin"
 *
 * Origin.fromHost("va.sentinel.liveperson.net") // => "https://va.sentinel.liveperson.net"
 * Origin.fromHost("localhost:8080") // => "http://localhost:8080"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromHost = (host: string): Origin =>
  Origin.make(new URL(`${isLoopback(host) ? "http" : "https"}://${host}`).origin)

/**
 * One or more labels and an optional port. Numbers alone, user info, paths, and IPv6 other than `[::1]` do not match.
 */
const host = new RegExp(`^(?:\\[::1\\]|(?:${label}\\.)*${label})(?::\\d{1,5})?$`, "i")

/**
 * Whether a text is a bare host, as the Domain API answers it.
 *
 * @category guards
 * @since 0.1.0
 */
export const isHost = (text: string): boolean =>
  text.length <= 260 && host.test(text) && URL.canParse(`https://${text}`)

/**
 * Whether a host is on a list of hosts. `*.liveperson.net` stands for every host below `liveperson.net`, not for
 * itself.
 *
 * @example
 * ```ts
 * import * as Origin from "@le-auth/core/Origin"
 *
 * Origin.isAllowed("va.msg.liveperson.net", ["*.liveperson.net"]) // => true
 * Origin.isAllowed("liveperson.net", ["*.liveperson.net"]) // => false
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isAllowed = (host: string, allowed: ReadonlyArray<string>): boolean => {
  const name = host.toLowerCase()
  return allowed.some((pattern) =>
    pattern.startsWith("*.") ? name.endsWith(pattern.slice(1).toLowerCase()) : name === pattern.toLowerCase()
  )
}
