/** The proxies that may say where a request comes from. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as IpNetwork from "effect/net/IpNetwork"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

const warning =
  "A request has X-Forwarded-For, and its sender is not a trusted proxy, so failed sign-ins count for the sender. Behind a proxy of " +
  "yours say which network it is in (--trusted-proxy NETWORK, trustedProxies), else that there is none (--trusted-proxy none, [])."

const isFrom = (networks: ReadonlyArray<IpNetwork.IpNetwork>, text: string): boolean => {
  const parsed = NetAddress.ipFromString(text)
  if (Result.isFailure(parsed)) return false
  const address = NetAddress.toCanonical(parsed.success)
  return networks.some((network) => IpNetwork.contains(network, address))
}

/**
 * Gives requests the address that a trusted proxy saw. Warns once of a header from another sender, unless `networks` is
 * empty: then there is no proxy by decision.
 */
export const make = (networks: ReadonlyArray<IpNetwork.IpNetwork> | undefined) => {
  const trusted = networks ?? []
  const forwarded = HttpMiddleware.xForwardedHeaders({ trustedProxies: trusted })
  let hasWarned = networks?.length === 0
  const warned = HttpMiddleware.make((app) =>
    Effect.withFiber((fiber) => {
      const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
      if (hasWarned || request.headers["x-forwarded-for"] === undefined) return app
      if (
        isFrom(
          trusted,
          Option.getOrElse(request.peerAddress, () => "")
        )
      )
        return app
      hasWarned = true
      return Effect.andThen(Effect.logWarning(warning), app)
    })
  )
  return trusted.length === 0 ? warned : <E, R>(app: Parameters<typeof warned<E, R>>[0]) => warned(forwarded(app))
}
