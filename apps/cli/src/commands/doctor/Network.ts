/**
 * Says whether requests go over a proxy, and which certificate authorities they trust.
 */
import type { Origin } from "@le-auth/core/Origin"
import * as OutgoingProxy from "@le-auth/node/OutgoingProxy"
import { type Text, text } from "../../terminal/TerminalText.ts"
import * as Finding from "./Finding.ts"

const check = "network"

const why = (way: OutgoingProxy.Way & { readonly _tag: "Straight" }): Text => {
  switch (way.because) {
    case "Loopback":
      return text`it is this computer`
    case "DevelopmentName":
      return text`no public DNS has its name`
    case "Listed":
      return text`${way.variable} lists it`
    case "SwitchedOff":
      return text`NODE_USE_ENV_PROXY is 0`
    case "NotNamed":
      return text`no HTTPS_PROXY or HTTP_PROXY applies to it`
  }
}

const wayTo = (origin: Origin, environment: OutgoingProxy.Environment): Finding.Finding => {
  const url = new URL(origin)
  const way = OutgoingProxy.wayTo(url, environment)
  switch (way._tag) {
    case "Straight":
      return Finding.good(check, text`Requests to ${url.host} go straight: ${why(way)}.`)
    case "Proxy":
      return Finding.good(
        check,
        text`Requests to ${url.host} go over the proxy ${way.proxy.host}: ${way.variable} names it.`
      )
    case "Invalid":
      return Finding.problem(
        check,
        "configuration",
        text`${way.variable} is not the address of a proxy, so no request gets to ${url.host}.`,
        text`Write ${way.variable}=http://HOST:PORT, or unset it.`
      )
  }
}

const authorities = (environment: OutgoingProxy.Environment): ReadonlyArray<Finding.Finding> => {
  const file = environment["NODE_EXTRA_CA_CERTS"] ?? ""
  return file === ""
    ? []
    : [Finding.good(check, text`Certificate authorities: those of Node, and those in ${file} (NODE_EXTRA_CA_CERTS).`)]
}

export const about = (
  origin: Origin,
  environment: OutgoingProxy.Environment = process.env
): ReadonlyArray<Finding.Finding> => [wayTo(origin, environment), ...authorities(environment)]
