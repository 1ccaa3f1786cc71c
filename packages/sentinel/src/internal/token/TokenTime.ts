/**
 * By which clock the times in JWTs are.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { SentinelDialect } from "../../SentinelDialect.ts"

/**
 * Gives the time for a JWT, in milliseconds since 1970, of a time of Sentinel's clock. By default they are the same. The control, which
 * can advance Sentinel's clock, provides the real time of that moment: a JWT is judged by the clocks of others, which nobody has
 * advanced (OpenID Connect Core section 2, `iat`).
 *
 * @since 0.1.0
 */
export const TokenTime = Context.Reference<(time: number) => number>("@le-auth/sentinel/internal/token/TokenTime", {
  defaultValue: () => (time) => time
})

/**
 * Gives the seconds since 1970 that a JWT has for a time of Sentinel's clock, in milliseconds: as {@link TokenTime} says, or, if the
 * dialect wants it so, by Sentinel's clock.
 *
 * @since 0.1.0
 */
export const seconds: Effect.Effect<(time: number) => number> = Effect.gen(function* () {
  const { idTokenClock } = yield* SentinelDialect
  const real = yield* TokenTime
  return (time) => Math.floor((idTokenClock === "sentinel" ? time : real(time)) / 1000)
})
