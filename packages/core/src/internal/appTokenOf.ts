/** The app token that an answer of Sentinel is: how long it lives, and when another one is asked for. */
import * as Clock from "effect/Clock"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { AppToken, type AppTokenKey } from "../AppToken.ts"
import type { AppTokenResponse } from "../Token.ts"
import type { AccessToken } from "../Identifiers.ts"
import * as Jwt from "./jwt.ts"
import * as TokenSet from "./tokenSet.ts"

/** Without `expires_in` and without `exp`, since LivePerson documents no lifetime of app tokens. */
const assumedLifetime = Duration.toMillis("1 hour")

/** Of its life; then there is time for several attempts. */
const renewAfter = 0.8

/**
 * The lifetime that the token itself tells (RFC 7519 section 4.1). It is read, not believed: Sentinel gave it over TLS,
 * and what a wrong one costs is a request.
 */
const lifetimeIn = (token: AccessToken, now: number): number | undefined => {
  const jwt = Jwt.parse(Redacted.value(token))
  if (Result.isFailure(jwt)) return undefined
  const { exp, iat } = jwt.success.payload as { readonly exp?: unknown; readonly iat?: unknown }
  if (typeof exp !== "number" || !Number.isFinite(exp)) return undefined
  const left = exp - now / 1000
  const whole = typeof iat === "number" && iat < exp ? exp - iat : undefined
  // A token that has just come is not over: this computer's clock is ahead. With one that is behind, more seems to be
  // left than the token ever had.
  const lifetime = left > 0 ? Math.min(left, whole ?? left) : whole
  return lifetime === undefined ? undefined : TokenSet.lifetimeOf(lifetime)
}

export const answer = Effect.fnUntraced(function* (
  random: SecureRandom.SecureRandom["Service"],
  key: AppTokenKey,
  { access_token, expires_in }: AppTokenResponse
) {
  const now = yield* Clock.currentTimeMillis
  const lifetime =
    expires_in === undefined ? (lifetimeIn(access_token, now) ?? assumedLifetime) : TokenSet.lifetimeOf(expires_in)
  return new AppToken({
    key,
    accessToken: access_token,
    obtainedAt: now,
    renewAt: now + (yield* TokenSet.spread(random, lifetime * renewAfter)),
    expiresAt: now + lifetime
  })
})
