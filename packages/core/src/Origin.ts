/**
 * The scheme, host and port of a server that may be given secrets.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { type DevelopmentHost, isDevelopmentName, isListed } from "./DevelopmentHosts.ts"
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
 * Whether http may be spoken to a host, with or without a port: it is this computer, or a listed development host.
 *
 * @example
 * ```ts
 * import { DevelopmentHost } from "@le-auth/core/DevelopmentHosts"
 * import * as Origin from "@le-auth/core/Origin"
 *
 * Origin.isLocal("sentinel:4400", [DevelopmentHost.make("sentinel")]) // => true
 * Origin.isLocal("sentinel:4400", []) // => false
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isLocal = (host: string, developmentHosts: ReadonlyArray<DevelopmentHost>): boolean =>
  isLoopback(host) || isListed(host, developmentHosts)

/**
 * Whether a host can be local by its form: loopback, or a name that no public DNS has. A host that is not is never
 * spoken to in plain http, whatever is listed.
 *
 * @category guards
 * @since 0.1.0
 */
export const canBeLocal = (host: string): boolean => isLoopback(host) || isDevelopmentName(host)

/**
 * What is wrong with the scheme of an address, for a person who configures it; nothing if it is not plain http, or if
 * its host is local.
 *
 * @example
 * ```ts
 * import * as Origin from "@le-auth/core/Origin"
 *
 * Origin.schemeProblem("http://localhost:3000/callback", []) // => undefined
 * Origin.schemeProblem("http://app:3000/callback", []) // => "Plain http to a host that LE_AUTH_DEVELOPMENT_HOSTS does not list"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.5 RFC 6749 section 10.5}
 * @category guards
 * @since 0.1.0
 */
export const schemeProblem = (
  address: string,
  developmentHosts: ReadonlyArray<DevelopmentHost>
): string | undefined => {
  const { host, protocol } = new URL(address)
  return protocol === "https:" || isLocal(host, developmentHosts)
    ? undefined
    : "Plain http to a host that LE_AUTH_DEVELOPMENT_HOSTS does not list"
}

/**
 * `https://host[:port]`, or `http://` where the host {@link canBeLocal}: never a path, a query or credentials.
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
      return (
        url !== null &&
        url.origin === text &&
        (url.protocol === "https:" || (url.protocol === "http:" && canBeLocal(url.host)))
      )
    },
    { expected: "an https origin such as https://api.liveperson.net (http on loopback and development hosts only)" }
  )
).pipe(Schema.brand("Origin"))
export type Origin = typeof Origin.Type

/**
 * The origin of a bare host: https, or http on loopback, unless a scheme is given. Every text that {@link isHost}
 * accepts has one; a default port is left out, as in every origin. Throws for any other text, and for http to a host
 * that cannot be local.
 *
 * @example
 * ```ts
 * import * as Origin from "@le-auth/core/Origin"
 *
 * Origin.fromHost("va.sentinel.liveperson.net") // => "https://va.sentinel.liveperson.net"
 * Origin.fromHost("localhost:8080") // => "http://localhost:8080"
 * Origin.fromHost("localhost:8080", "https") // => "https://localhost:8080"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromHost = (host: string, scheme: "http" | "https" = isLoopback(host) ? "http" : "https"): Origin =>
  Origin.make(new URL(`${scheme}://${host}`).origin)

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
