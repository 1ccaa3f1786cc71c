/**
 * The published keys of id_tokens, remembered for each Sentinel.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { JsonWebKeySet } from "./IdToken.ts"
import type { Origin } from "./Origin.ts"
import { SentinelClient } from "./SentinelClient.ts"
import type { TokenError } from "./TokenError.ts"

/**
 * @since 0.1.0
 */
export class SigningKeys extends Context.Service<
  SigningKeys,
  {
    /**
     * The key set of a Sentinel. Fetched when it is older than 10 minutes, or has no key with this `kid`, which is the case
     * after a rotation; for unknown keys at most once a minute (OpenID Connect Core section 10.1.1).
     */
    readonly keysFor: (sentinel: Origin, kid: string | undefined) => Effect.Effect<JsonWebKeySet, TokenError>
  }
>()("@le-auth/core/SigningKeys") {}

const timeToLive = 10 * 60_000
const unknownKeyInterval = 60_000

/**
 * @since 0.1.0
 */
export const layer: Layer.Layer<SigningKeys, never, SentinelClient> = Layer.effect(
  SigningKeys,
  Effect.gen(function* () {
    const sentinelClient = yield* SentinelClient
    const known = new Map<Origin, { readonly set: JsonWebKeySet; readonly fetchedAt: number }>()
    const oneAtATime = Semaphore.makeUnsafe(1)

    const remembered = (sentinel: Origin, kid: string | undefined, now: number): JsonWebKeySet | undefined => {
      const entry = known.get(sentinel)
      if (entry === undefined) return undefined
      const hasKey = kid === undefined || entry.set.keys.some((key) => key.kid === kid)
      return now - entry.fetchedAt < (hasKey ? timeToLive : unknownKeyInterval) ? entry.set : undefined
    }

    const look = (sentinel: Origin, kid: string | undefined) =>
      Effect.map(Clock.currentTimeMillis, (now) => remembered(sentinel, kid, now))

    return SigningKeys.of({
      keysFor: Effect.fnUntraced(function* (sentinel, kid) {
        const first = yield* look(sentinel, kid)
        if (first !== undefined) return first
        return yield* oneAtATime.withPermits(1)(
          Effect.gen(function* () {
            const second = yield* look(sentinel, kid)
            if (second !== undefined) return second
            const set = yield* sentinelClient.keys(sentinel)
            known.set(sentinel, { set, fetchedAt: yield* Clock.currentTimeMillis })
            return set
          })
        )
      })
    })
  })
)
