/** The members that each set of tokens brings: how long it lives, and when it is refreshed. */
import * as Clock from "effect/Clock"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Base64Url from "../shared/Base64Url.ts"
import type { Origin } from "../Origin.ts"
import { Generation } from "../Session.ts"
import type { TokenResponse } from "../Token.ts"

/** Without `expires_in`: the documented lifetime of an access token. */
const documentedLifetime = Duration.toMillis("8 hours")
/** Any number is an `expires_in`, but not every one has a date. */
const longest = Duration.toMillis("3650 days")
/** LivePerson recommends to refresh every 30 minutes, which also keeps the user's single sign-on session alive. */
const recommendedInterval = Duration.toMillis("30 minutes")

/** The lifetime that an `expires_in` says, in milliseconds. */
export const lifetimeOf = (expiresIn: number): number => Math.min(Math.round(expiresIn * 1000), longest)

/** Up to a tenth earlier, so that what began together does not go on together. */
export const spread = (random: SecureRandom.SecureRandom["Service"], time: number): Effect.Effect<number> =>
  Effect.map(random.intBetween(0, 1000), (part) => Math.round(time * (1 - part / 10_000)))

/** When to refresh a token of this lifetime: at the recommended interval, and well before its end. */
const refreshAfter = (lifetime: number): number => Math.min(recommendedInterval, lifetime * 0.9)

/**
 * The members of a session that come with each set of tokens: the tokens, a generation of their own, their source, the
 * time they came, when to refresh them and when they end.
 */
export const of = Effect.fnUntraced(function* (
  random: SecureRandom.SecureRandom["Service"],
  sentinel: Origin,
  tokens: TokenResponse
) {
  const now = yield* Clock.currentTimeMillis
  const lifetime = tokens.expires_in === undefined ? documentedLifetime : lifetimeOf(tokens.expires_in)
  return {
    generation: Generation.make(yield* randomText(random)),
    accessToken: tokens.access_token,
    ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
    renewedAt: now,
    sentinel,
    refreshAt: now + (yield* spread(random, refreshAfter(lifetime))),
    expiresAt: now + lifetime
  }
})

/** 128 random bits: 22 characters. */
export const randomText = (random: SecureRandom.SecureRandom["Service"]): Effect.Effect<string> =>
  Effect.map(random.randomBytes(16), Base64Url.encode)
