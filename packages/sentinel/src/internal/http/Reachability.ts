/** The addresses that this Sentinel answers at. Whatever depends on its own scheme or names asks here. */
import { isLoopback, type Origin } from "@le-auth/core/Origin"
import * as FetchMetadata from "@le-auth/core/shared/FetchMetadata"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"

export interface Reachability {
  /** Where browsers find it. */
  readonly publicOrigin: Origin
  /**
   * The host and port that a request came to, if they are its own; else those of the public origin, since `Host` is the
   * client's choice. A port is never checked: a container's may be mapped to another one.
   */
  readonly hostOf: (request: HttpServerRequest.HttpServerRequest) => string
  /** Who sent a request, if the pages of each address that it answers at are its own. */
  readonly senderOf: (request: HttpServerRequest.HttpServerRequest) => FetchMetadata.Sender
}

const nameOf = (host: string): string => host.replace(/:\d+$/, "").toLowerCase()

export const make = ({
  hostNames = [],
  publicOrigin,
  tls = false
}: {
  readonly publicOrigin: Origin
  readonly hostNames?: ReadonlyArray<string> | undefined
  readonly tls?: boolean | undefined
}): Reachability => {
  const publicHost = publicOrigin.replace(/^https?:\/\//, "")
  const names = new Set([publicHost, ...hostNames].map(nameOf))
  const scheme = tls ? "https" : "http"
  const ownHost = ({ headers: { host } }: HttpServerRequest.HttpServerRequest): string | undefined =>
    host !== undefined && /^[^\s/?#@\\]+$/.test(host) && (isLoopback(host) || names.has(nameOf(host))) ? host : undefined
  return {
    publicOrigin,
    hostOf: (request) => ownHost(request) ?? publicHost,
    senderOf: (request) => {
      const asked = `${scheme}://${ownHost(request)}`
      return FetchMetadata.senderOf(request.headers, request.headers["origin"] === asked ? asked : publicOrigin)
    }
  }
}
