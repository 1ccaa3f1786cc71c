/**
 * The limits of the pages for development.
 *
 * Users, well-known passwords and secrets are for this computer alone. A listener on loopback is not enough: a page of
 * another site reaches it under a name of its own (DNS rebinding), and a tunnel or a proxy brings in strangers. So the
 * browser must also have asked for a name of loopback, and nothing must have passed the request on.
 */
import { isLoopback, type Origin } from "@le-auth/core/Origin"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import type { Development } from "../../Development.ts"

type Request = HttpServerRequest.HttpServerRequest

/** The pages for development, and their limits. */
export interface Audience {
  readonly development: Development
  /** Whether the built-in users, passwords and secrets may be shown, and a redirect URI be registered. */
  readonly seesBuiltIn: (request: Request) => boolean
  /** Whether the login page lists users, who then need no password. */
  readonly seesUsers: (request: Request) => boolean
  /** The inspector, as far as the browser can reach it. */
  readonly inspector: (request: Request) => string | undefined
}

const hostOf = (origin: string): string => origin.replace(/^https?:\/\//, "")

const isIpv6 = (address: string): boolean => address.includes(":")

/** Whether a socket is of this computer. Node writes IPv4 on a socket for both kinds as `::ffff:127.0.0.1`. */
const isOfThisComputer = (address: string): boolean => {
  const plain = address.replace(/^::ffff:/i, "")
  return isLoopback(isIpv6(plain) ? `[${plain}]` : plain)
}

/** The headers of proxies and tunnels: RFC 7239, what was there before, and what single services write instead. */
const passedOn =
  /^(?:forwarded|via|cdn-loop|x-(?:forwarded|original|envoy|tailscale)(?:-.+)?|(?:cf|tailscale|ngrok)-.+|(?:.+-)?(?:real|client|connecting|cluster)-ip)$/

const cameDirectly = ({ headers, remoteAddress }: Request): boolean =>
  isLoopback(headers["host"] ?? "localhost") &&
  !Object.keys(headers).some((name) => passedOn.test(name)) &&
  Option.match(remoteAddress, { onNone: () => true, onSome: isOfThisComputer })

/** Whether only this computer reaches the server of the context. Without one a request tells. */
const listensOnLoopback = Effect.map(Effect.serviceOption(HttpServer.HttpServer), (server) =>
  Option.match(server, {
    onNone: () => true,
    onSome: ({ address }) =>
      NetAddress.isInetAddress(address) && isLoopback(hostOf(NetAddress.formatUrlUnsafe(address)))
  })
)

/** Makes the audience, where there are pages for development. */
export const make = ({
  development,
  publicOrigin
}: {
  readonly development?: Development | undefined
  readonly publicOrigin: Origin
}): Effect.Effect<Audience | undefined> =>
  development === undefined
    ? Effect.succeed(undefined)
    : Effect.map(listensOnLoopback, (isLocal) => {
        const isBuiltIn = development.isBuiltIn === true && isLocal && isLoopback(hostOf(publicOrigin))
        const seesBuiltIn: Audience["seesBuiltIn"] = (request) => isBuiltIn && cameDirectly(request)
        return {
          development,
          seesBuiltIn,
          seesUsers: (request) => development.quickSignIn === true || seesBuiltIn(request),
          inspector: (request) => {
            const control = development.control?.()
            if (control === undefined) return undefined
            return !isLoopback(hostOf(control)) || cameDirectly(request) ? control : undefined
          }
        }
      })
