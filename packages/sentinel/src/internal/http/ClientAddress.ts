/**
 * The network address that a request comes from, for counting failures.
 *
 * It is that of the peer of the socket, and never a header's, which a client can write. Behind a proxy of your own,
 * effect's `HttpMiddleware.xForwardedHeaders` replaces it by the address that this proxy saw: `trustedProxies` of
 * `Sentinel.layerServerWith`.
 */
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as IpNetwork from "effect/net/IpNetwork"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

/** An IPv4 address in the one form that a socket gives. */
const canonicalIpv4 = /^(?:(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])(?:\.(?!$)|$)){4}$/

/**
 * An IPv4 address, or the /64 network of an IPv6 address, since one computer has all addresses of it. `undefined`: the
 * request came without a socket, and its sender is unknown.
 */
export const of = (request: HttpServerRequest.HttpServerRequest): string | undefined => {
  if (Option.isNone(request.remoteAddress)) return undefined
  const text = request.remoteAddress.value
  // Most addresses are canonical, and to parse one costs more than to count it.
  if (canonicalIpv4.test(text)) return text
  const parsed = NetAddress.ipFromString(text)
  if (Result.isFailure(parsed)) return text
  const address = NetAddress.toCanonical(parsed.success)
  return NetAddress.isIpv6Address(address)
    ? IpNetwork.format(IpNetwork.fromAddressUnsafe(address, 64))
    : NetAddress.formatIp(address)
}

/**
 * The sender of a request, as failures are counted: a network, and the block of addresses that it is in. An attacker
 * may have all addresses of a block, and hardly all blocks.
 */
export interface Origin {
  /** Empty where it is unknown: all such requests count as one network. */
  readonly network: string
  /** The first 16 bits of an IPv4 address, or 32 of an IPv6 address. */
  readonly block: string
}

/** The {@link Origin} of an address as `of` gives it. */
export const originOf = (address: string | undefined): Origin => {
  if (address === undefined) return { network: "", block: "" }
  if (canonicalIpv4.test(address)) return { network: address, block: /^\d+\.\d+/.exec(address)![0] }
  const network = IpNetwork.fromString(address)
  return {
    network: address,
    block: Result.isFailure(network)
      ? address
      : IpNetwork.format(IpNetwork.fromAddressUnsafe(network.success.address, 32))
  }
}
