/** The clock of the times in JWTs. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { SentinelDialect } from "../../SentinelDialect.ts"

/**
 * The time in JWTs for a time of Sentinel's clock, and back. By default the two clocks are the same. The control, which
 * can advance Sentinel's clock, provides the real time of that moment: others judge a JWT by their clocks, which have
 * not been advanced (OpenID Connect Core section 2, `iat`).
 */
export interface JwtClock {
  /** The real time for a time of Sentinel's clock, both in milliseconds since 1970. */
  readonly realOf: (shown: number) => number
  /** The date of a JWT that is made now, in seconds since 1970. */
  readonly dateOf: (shown: number) => number
  /** The time of Sentinel's clock on such a date, in milliseconds. */
  readonly shownOn: (date: number) => number
}

const same: JwtClock = {
  realOf: (time) => time,
  dateOf: (time) => Math.floor(time / 1000),
  shownOn: (date) => date * 1000
}

export const TokenTime = Context.Reference<JwtClock>("@le-auth/sentinel/internal/token/TokenTime", {
  defaultValue: () => same
})

/** {@link TokenTime}, or Sentinel's own clock if the dialect has `idTokenClock: sentinel`. */
export const jwtClock: Effect.Effect<JwtClock> = Effect.flatMap(SentinelDialect, ({ idTokenClock }) =>
  idTokenClock === "sentinel" ? Effect.succeed(same) : TokenTime
)

/** Gives the seconds since 1970 that an id_token has for a time of Sentinel's clock, in milliseconds. */
export const seconds: Effect.Effect<(time: number) => number> = Effect.map(
  jwtClock,
  ({ realOf }) =>
    (time) =>
      Math.floor(realOf(time) / 1000)
)
