/**
 * How often one address may start a sign-in.
 *
 * @see RFC 6819 section 4.4.1.11 (denial of service by starting flows)
 * @since 0.1.0
 */
import { BoundedMap } from "@le-auth/core/shared/BoundedMap"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"

/**
 * @since 0.1.0
 */
export interface Options {
  /** So many sign-ins may be started ... */
  readonly limit: number
  /** ... in this time, counted from the first. */
  readonly window: Duration.Input
  /**
   * Whose they are. Default: the address of the other end of the connection, which behind a proxy is the proxy: then take
   * it from the header that the proxy sets, or use effect's middleware for trusted proxies. A web `Request` has no address.
   * A request without one is not limited.
   */
  readonly address?: ((request: HttpServerRequest) => string | undefined) | undefined
}

/** The number of addresses that are remembered. The oldest are forgotten first. */
const capacity = 20_000

/**
 * A limit for the process that it is made in: counts a start, and gives none, or how long this address has to wait.
 *
 * @since 0.1.0
 */
export const make = (
  options: Options
): ((request: HttpServerRequest) => Effect.Effect<Option.Option<Duration.Duration>>) => {
  const window = Duration.toMillis(Duration.fromInputUnsafe(options.window))
  const address = options.address ?? ((request) => Option.getOrUndefined(request.remoteAddress))
  const counts = new BoundedMap<{ count: number; readonly until: number }>({ capacity, lifetime: window })
  return (request) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const from = address(request)
      if (from === undefined) return Option.none()
      const known = counts.get(from, now)
      const entry = known === undefined || known.until <= now ? { count: 0, until: now + window } : known
      entry.count += 1
      if (entry.count === 1) counts.set(from, entry, now)
      return entry.count > options.limit ? Option.some(Duration.millis(entry.until - now)) : Option.none()
    })
}
