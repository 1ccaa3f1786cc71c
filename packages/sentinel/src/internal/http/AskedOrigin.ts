/**
 * The origin that a request was sent to, among the names that this Sentinel has for itself.
 *
 * A computer calls itself `localhost`, `127.0.0.1` and `[::1]`. Strict clients compare issuers character by character,
 * and cookies belong to one name, so a Sentinel on loopback answers under the name it was asked by, with the port of
 * the request: behind a mapped port it does not know its own. Everywhere else only the public origin counts, since a
 * client can write any `Host`.
 */
import type { Origin } from "@le-auth/core/Origin"
import { isLoopback } from "@le-auth/core/Origin"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"

/** Gives the origin that a request was sent to. */
export type AskedOrigin = (request: HttpServerRequest.HttpServerRequest) => Origin

/** The names in the one form that no parser changes. */
const loopbackHost = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::[1-9]\d{0,4})?$/

export const make = (publicOrigin: Origin): AskedOrigin => {
  const [scheme, host = ""] = publicOrigin.split("://")
  if (!isLoopback(host)) return () => publicOrigin
  const known = new Map<string, Origin>([[host, publicOrigin]])
  return ({ headers }) => {
    const asked = headers["host"] ?? host
    const found = known.get(asked)
    if (found !== undefined) return found
    if (!loopbackHost.test(asked)) return publicOrigin
    const origin = URL.parse(`${scheme}://${asked}`)?.origin as Origin | undefined
    if (origin === undefined) return publicOrigin
    // A client can ask for every port, so not all of them are remembered.
    if (known.size < 16) known.set(asked, origin)
    return origin
  }
}
