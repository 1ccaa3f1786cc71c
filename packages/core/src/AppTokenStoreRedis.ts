/**
 * `AppTokenStore` in Redis 6.2 or newer.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redis from "effect/persistence/Redis"
import type { AppTokenKey } from "./AppToken.ts"
import { AppTokenStore } from "./AppTokenStore.ts"
import { milliseconds } from "./internal/redisTime.ts"
import * as AppTokenText from "./shared/AppTokenText.ts"
import { operations } from "./StoreOperation.ts"

const run = operations("app token store in Redis")
const recordKey = (key: AppTokenKey): string => `le-auth:app-token:${key.toString()}`

/** Redis adds the time of the day to a time to live, and refuses what does not fit. A longer one is not needed. */
const longest = Duration.days(36_500)

/**
 * Keeps the app tokens in the Redis of the context, which ends them by its own clock.
 *
 * **The tokens are in clear** unless `SealedAppTokenStore` is put in front. A token that Redis evicts, or loses at a
 * restart or a failover, costs one request.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as AppTokenStoreRedis from "@le-auth/core/AppTokenStoreRedis"
 * import * as Layer from "effect/Layer"
 * import type * as Redis from "effect/persistence/Redis"
 *
 * declare const redis: Layer.Layer<Redis.Redis> // such as NodeRedis.layer of @effect/platform-node
 *
 * const store = AppTokenStoreRedis.layer.pipe(Layer.provide(redis))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<AppTokenStore, never, Redis.Redis> = Layer.effect(
  AppTokenStore,
  Effect.map(Redis.Redis, (redis) =>
    AppTokenStore.of({
      get: (key) =>
        redis.send<string | null>("GET", recordKey(key)).pipe(
          Effect.map((text) => Option.flatMap(Option.fromNullOr(text), AppTokenText.decode)),
          Effect.flatMap(AppTokenText.unlessOver),
          run("get")
        ),
      set: (token) =>
        Effect.gen(function* () {
          const left = Duration.millis(token.expiresAt - (yield* Clock.currentTimeMillis))
          const timeToLive = milliseconds(Duration.min(left, longest))
          yield* redis.send("SET", recordKey(token.key), AppTokenText.encode(token), "PX", timeToLive)
        }).pipe(run("set")),
      remove: (key) => redis.send("DEL", recordKey(key)).pipe(Effect.asVoid, run("remove"))
    })
  )
)
