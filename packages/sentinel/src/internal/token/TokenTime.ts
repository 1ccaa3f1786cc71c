/** The clock of the times in JWTs. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { SentinelDialect } from "../../SentinelDialect.ts"

/**
 * Gives the time for a JWT for a time of Sentinel's clock, both in milliseconds since 1970. By default they are the
 * same. The control, which can advance Sentinel's clock, provides the real time of that moment: others judge a JWT by
 * their clocks, which have not been advanced (OpenID Connect Core section 2, `iat`).
 */
export const TokenTime = Context.Reference<(time: number) => number>("@le-auth/sentinel/internal/token/TokenTime", {
  defaultValue: () => (time) => time
})

/**
 * Gives the seconds since 1970 that a JWT has for a time of Sentinel's clock, in milliseconds: as {@link TokenTime}
 * says, or by Sentinel's clock if the dialect has `idTokenClock: sentinel`.
 */
export const seconds: Effect.Effect<(time: number) => number> = Effect.gen(function* () {
  const { idTokenClock } = yield* SentinelDialect
  const real = yield* TokenTime
  return (time) => Math.floor((idTokenClock === "sentinel" ? time : real(time)) / 1000)
})
