/**
 * The way of a command to the control of a running Sentinel.
 */
import { isDevelopmentName } from "@le-auth/core/DevelopmentHosts"
import { isLoopback } from "@le-auth/core/Origin"
import * as ControlClient from "@le-auth/sentinel/ControlClient"
import * as Effect from "effect/Effect"
import * as IpNetwork from "effect/net/IpNetwork"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { controlToken } from "./ControlToken.ts"
import { Failure } from "../terminal/Failure.ts"
import { join, text } from "../terminal/TerminalText.ts"

/** Networks that are nowhere on the internet (RFC 1918, 2544, 3849, 3927, 4193, 4291, 5737 and 6598). */
const privateNetworks = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "2001:db8::/32",
  "fc00::/7",
  "fe80::/10"
].map((network) => IpNetwork.fromStringUnsafe(network))

const isPrivate = (hostname: string): boolean => {
  const address = Result.getOrUndefined(NetAddress.ipFromString(hostname.replace(/^\[|\]$/g, "")))
  return address !== undefined && privateNetworks.some((network) => IpNetwork.contains(network, address))
}

/** Whether secrets may go to a control: over https, or on this computer or a network of one's own. */
export const mayHaveSecrets = (control: string): boolean => {
  const { host = "", hostname = "", protocol } = URL.parse(control) ?? {}
  if (protocol === "https:") return true
  return protocol === "http:" && (isLoopback(host) || isDevelopmentName(host) || isPrivate(hostname))
}

/** A client for the control at an address, with the token of {@link controlToken}. */
export const connect = Effect.fnUntraced(function* (control: string) {
  const token = Option.getOrUndefined(yield* controlToken)
  if (token !== undefined && !mayHaveSecrets(control)) {
    return yield* new Failure({
      text: join("\n", [
        text`SENTINEL_CONTROL_TOKEN is not sent to ${control}, since others on the way could read it.`,
        text`Use https, or a name or an address of your own network.`
      ]),
      code: "configuration"
    })
  }
  return yield* ControlClient.make(control, { token })
})

/** The failure of a request that had no right token. */
export const unauthorized = (control: string, hasToken: boolean): Failure =>
  new Failure({
    text: hasToken
      ? text`SENTINEL_CONTROL_TOKEN is not the token of the control at ${control}. It is set or shown when Sentinel starts.`
      : join("\n", [
          text`The control at ${control} asks for its token, which is set or shown when Sentinel starts.`,
          text`Put it in SENTINEL_CONTROL_TOKEN.`
        ]),
    code: "configuration"
  })
