/**
 * Which way a request takes out of this network: straight, or over the proxy that the environment names.
 *
 * As in curl: `https_proxy` and `HTTPS_PROXY` for https, `http_proxy` and `HTTP_PROXY` for http, the lower case first;
 * `no_proxy` and `NO_PROXY` list what goes straight. Loopback always does, and so does plain http to a name that no
 * public DNS has: a proxy would read the secrets, and mostly cannot find such a host. `NODE_USE_ENV_PROXY=0` switches
 * proxies off.
 *
 * @since 0.1.0
 */
import { isDevelopmentName } from "@le-auth/core/DevelopmentHosts"
import { isLoopback } from "@le-auth/core/Origin"
import { BlockList, isIP } from "node:net"
import { canDecodeUserInfo } from "./internal/userInfo.ts"

/**
 * The variables of an environment, such as `process.env`.
 *
 * @category models
 * @since 0.1.0
 */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * A way, and why it is taken. `proxy` has the proxy's credentials in it: show its `host`.
 *
 * @category models
 * @since 0.1.0
 */
export type Way =
  | { readonly _tag: "Straight"; readonly because: "Loopback" | "DevelopmentName" | "NotNamed" | "SwitchedOff" }
  | { readonly _tag: "Straight"; readonly because: "Listed"; readonly variable: string }
  | { readonly _tag: "Proxy"; readonly proxy: URL; readonly variable: string }
  /** The variable holds no address of a proxy. */
  | { readonly _tag: "Invalid"; readonly variable: string }

/** The lower case wins also if it is empty, which is how people unset it for one command. */
const variableOf = (environment: Environment, name: string): string | undefined =>
  [name.toLowerCase(), name].find((each) => environment[each] !== undefined)

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, "$1")

const isWithin = (host: string, network: string): boolean => {
  const [address = "", prefix = ""] = network.split("/")
  const family = isIP(address)
  if (family === 0 || family !== isIP(host) || !/^\d{1,3}$/.test(prefix)) return false
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false
  const list = new BlockList()
  const kind = family === 4 ? "ipv4" : "ipv6"
  list.addSubnet(address, Number(prefix), kind)
  return list.check(host, kind)
}

/** `*`, a name with all below it, an address, a network; each but the network with a port or without. */
const isListed = ({ hostname, port, protocol }: URL, entry: string): boolean => {
  const host = withoutBrackets(hostname).replace(/\.$/, "")
  if (entry.includes("/")) return isWithin(host, entry)
  const family = isIP(withoutBrackets(entry))
  const isAddress = family !== 0
  // An address of IPv6 has several spellings.
  if (family === 6) return isWithin(host, `${withoutBrackets(entry)}/128`)
  const [, name = entry, onPort] = isAddress ? [] : (/^(.+?)(?::(\d+))?$/.exec(entry) ?? [])
  if (onPort !== undefined && onPort !== (port === "" ? (protocol === "https:" ? "443" : "80") : port)) return false
  const listed = withoutBrackets(name)
    .toLowerCase()
    .replace(/^\*?\./, "")
    .replace(/\.$/, "")
  return listed === "*" || host === listed || (!isAddress && host.endsWith(`.${listed}`))
}

const proxyOf = (text: string): URL | undefined => {
  const url = URL.parse(text.includes("://") ? text : `http://${text}`)
  if (url === null || url.hostname === "" || !/^(?:https?|socks5?):$/.test(url.protocol)) return undefined
  return canDecodeUserInfo(url) ? url : undefined
}

/**
 * The way to an address.
 *
 * @example
 * ```ts
 * import * as OutgoingProxy from "@le-auth/node/OutgoingProxy"
 *
 * const environment = { HTTPS_PROXY: "http://proxy.example:3128", NO_PROXY: "example.com" }
 *
 * OutgoingProxy.wayTo(new URL("https://api.liveperson.net"), environment)._tag // => "Proxy"
 * OutgoingProxy.wayTo(new URL("https://example.com"), environment)._tag // => "Straight"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const wayTo = (url: URL, environment: Environment = process.env): Way => {
  if (isLoopback(url.host) || /(?:^|\.)localhost\.?$/.test(url.hostname)) {
    return { _tag: "Straight", because: "Loopback" }
  }
  if (url.protocol === "http:" && isDevelopmentName(url.host)) return { _tag: "Straight", because: "DevelopmentName" }
  const variable = variableOf(environment, url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY")
  const named = variable === undefined ? "" : environment[variable]!.trim()
  if (variable === undefined || named === "") return { _tag: "Straight", because: "NotNamed" }
  if (environment["NODE_USE_ENV_PROXY"] === "0") return { _tag: "Straight", because: "SwitchedOff" }
  const exceptions = variableOf(environment, "NO_PROXY")
  const listed =
    exceptions === undefined ? [] : environment[exceptions]!.split(/[,\s]+/).filter((entry) => entry !== "")
  if (listed.some((entry) => isListed(url, entry))) {
    return { _tag: "Straight", because: "Listed", variable: exceptions! }
  }
  const proxy = proxyOf(named)
  return proxy === undefined ? { _tag: "Invalid", variable } : { _tag: "Proxy", proxy, variable }
}
