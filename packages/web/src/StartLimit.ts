/**
 * A limit of the sign-ins that one address may start.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6819#section-4.4.1.11 RFC 6819 section 4.4.1.11}
 * @since 0.1.0
 */
import { BoundedMap } from "@le-auth/core/shared/BoundedMap"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"

/**
 * The limit, and the address that it counts for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Maximum times that an address may start a sign-in in one window. */
  readonly limit: number
  /** The length of a window, which begins with the first sign-in. */
  readonly window: Duration.Input
  /**
   * The address of a request. Default: the other end of the connection. Behind a proxy that is the proxy, so take the
   * address from the header that the proxy sets, or use effect's middleware for trusted proxies. A web `Request` has no
   * address. A request without an address is not limited.
   */
  readonly address?: ((request: HttpServerRequest) => string | undefined) | undefined
}

/** The number of addresses that are remembered. The oldest are forgotten first. */
const capacity = 20_000

/**
 * Makes the limit of one process. Each call counts a start, and gives the time that the address has to wait, or none.
 * It remembers at most 20,000 addresses.
 *
 * @example
 * ```ts
 * import * as StartLimit from "@le-auth/web/StartLimit"
 *
 * const wait = StartLimit.make({
 *   limit: 20,
 *   window: "1 minute",
 *   address: (request) => request.headers["cf-connecting-ip"]
 * })
 * ```
 *
 * @category constructors
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
