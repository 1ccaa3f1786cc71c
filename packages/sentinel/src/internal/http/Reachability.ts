/**
 * The addresses that this Sentinel answers at. Whatever depends on its own scheme or names asks here.
 *
 * A computer calls itself `localhost`, `127.0.0.1` and `[::1]`, and containers call each other by names of their own.
 * Cookies belong to one name, and strict clients compare issuers character by character, so it answers under the name
 * that it was asked by, with the port of the request: behind a mapped port it does not know its own.
 *
 * A client can write any `Host`, so only listed names count. With a public name loopback does not count either, since
 * a proxy on the same computer often sends its own `Host`.
 */
import { isDevelopmentName } from "@le-auth/core/DevelopmentHosts"
import { isLoopback, type Origin } from "@le-auth/core/Origin"
import * as FetchMetadata from "@le-auth/core/shared/FetchMetadata"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"

export interface Reachability {
  /** The origin that a request was sent to, if it is of this Sentinel; else the public one. */
  readonly originOf: (request: HttpServerRequest.HttpServerRequest) => Origin
  /** The host and the port of that origin. */
  readonly hostOf: (request: HttpServerRequest.HttpServerRequest) => string
  /** The sender of a request, where the pages of all addresses of this Sentinel are its own. */
  readonly senderOf: (request: HttpServerRequest.HttpServerRequest) => FetchMetadata.Sender
}

const nameOf = (host: string): string => host.replace(/:\d+$/, "").toLowerCase()

const hostIn = (origin: Origin): string => origin.replace(/^https?:\/\//, "")

export const make = ({
  hostNames = [],
  publicOrigin
}: {
  readonly publicOrigin: Origin
  readonly hostNames?: ReadonlyArray<string> | undefined
}): Reachability => {
  const publicHost = hostIn(publicOrigin)
  const scheme = publicOrigin.slice(0, -publicHost.length)
  const isLocal = isLoopback(publicHost) || isDevelopmentName(publicHost)
  const names = new Set([...(isLocal ? [publicHost] : []), ...hostNames].map(nameOf))
  const known = new Map<string, Origin>([[publicHost, publicOrigin]])

  const originOf: Reachability["originOf"] = ({ headers }) => {
    const asked = headers["host"] ?? publicHost
    const found = known.get(asked)
    if (found !== undefined) return found
    if (!names.has(nameOf(asked)) && !(isLocal && isLoopback(asked))) return publicOrigin
    const url = URL.parse(scheme + asked)
    // In the one form that no parser changes.
    if (url === null || url.host !== asked.toLowerCase()) return publicOrigin
    const origin = url.origin as Origin
    // A client can ask for every port, so not all of them are remembered.
    if (known.size < 16) known.set(asked, origin)
    return origin
  }

  return {
    originOf,
    hostOf: (request) => hostIn(originOf(request)),
    senderOf: (request) => {
      const asked = originOf(request)
      return FetchMetadata.senderOf(request.headers, request.headers["origin"] === asked ? asked : publicOrigin)
    }
  }
}
