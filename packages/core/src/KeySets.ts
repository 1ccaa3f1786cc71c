/**
 * The published keys of id_tokens, remembered for each Sentinel.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { JsonWebKeySet } from "./IdToken.ts"
import * as LastGood from "./internal/lastGood.ts"
import type { Origin } from "./Origin.ts"
import { SentinelClient } from "./SentinelClient.ts"
import { Timeout, TokenError } from "./TokenError.ts"

/**
 * The key sets of Sentinels, each remembered for 10 minutes.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}
 * @category services
 * @since 0.1.0
 */
export class KeySets extends Context.Service<
  KeySets,
  {
    /**
     * The key set of a Sentinel. It is fetched when it is older than 10 minutes, or has no key with this `kid`, which
     * is the case after a rotation; for unknown keys at most once a minute (OpenID Connect Core section 10.1.1). While
     * a new set cannot be had, the last good one of the past 24 hours counts. An attempt takes at most 5 seconds, and
     * after a failed one this Sentinel is left alone for 30 seconds.
     */
    readonly keysFor: (sentinel: Origin, kid: string | undefined) => Effect.Effect<JsonWebKeySet, TokenError>
  }
>()("@le-auth/core/KeySets") {}

/**
 * Fetches key sets with the `SentinelClient` of the context, and remembers those of at most 1,000 Sentinels.
 *
 * @example
 * ```ts
 * import * as FetchHttp from "@le-auth/core/FetchHttp"
 * import * as KeySets from "@le-auth/core/KeySets"
 * import * as SentinelClient from "@le-auth/core/SentinelClient"
 * import * as Layer from "effect/Layer"
 *
 * const KeySetsLive = KeySets.layer.pipe(Layer.provide(SentinelClient.layer), Layer.provide(FetchHttp.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<KeySets, never, SentinelClient> = Layer.effect(
  KeySets,
  Effect.gen(function* () {
    const sentinelClient = yield* SentinelClient
    const sets = yield* LastGood.make<JsonWebKeySet, TokenError>({
      // Every key is an origin that `keysFor` was given.
      look: (sentinel) => sentinelClient.keys(sentinel as Origin),
      capacity: 1000,
      freshFor: "10 minutes",
      freshIfLacking: "1 minute",
      usableFor: "24 hours",
      failureFor: "30 seconds",
      limit: "5 seconds",
      timedOut: () => new TokenError({ operation: "keys", reason: new Timeout() }),
      isOutage: () => true,
      onOutage: (sentinel, error) =>
        Effect.logWarning("The keys that Sentinel published before stay in use", error.message, { sentinel })
    })
    return KeySets.of({
      keysFor: (sentinel, kid) =>
        sets.get(sentinel, ({ keys }) => kid === undefined || keys.some((key) => key.kid === kid))
    })
  })
)
