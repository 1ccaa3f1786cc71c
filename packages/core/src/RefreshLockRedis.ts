/**
 * `RefreshLock` in Redis.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import * as LeaseLock from "./LeaseLock.ts"
import { milliseconds } from "./internal/redisTime.ts"
import { operations } from "./StoreOperation.ts"
import { RefreshLock } from "./RefreshLock.ts"

const name = "refresh lock in Redis"
const run = operations(name)
const keyOf = (key: string): string => `le-auth:refresh-lock:${key}`

const renewScript = Redis.script(
  (lease: LeaseLock.Lease, lifetime: string) => [keyOf(lease.key), lease.owner, lifetime],
  {
    numberOfKeys: 1,
    lua: "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0"
  }
).withReturnType<number>()

const releaseScript = Redis.script((lease: LeaseLock.Lease) => [keyOf(lease.key), lease.owner], {
  numberOfKeys: 1,
  lua: "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
})

/**
 * How long {@link layerWith} holds a lock, and waits for one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * How long a lock stays after the death of its process. The holder extends it while it works. Default: 30 seconds.
   */
  readonly lease?: Duration.Input | undefined
  /**
   * How long to wait for another process before the wait ends with a `StoreError`. Default: 2 minutes, which is longer
   * than a refresh takes with all its repetitions.
   */
  readonly timeout?: Duration.Input | undefined
}

/**
 * Locks for all nodes that share the Redis of the context: a key with an owner and a time, extended as long as its
 * holder works. Redis replicates later than it answers, so for a moment after a failover two nodes may be in.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as RefreshLockRedis from "@le-auth/core/RefreshLockRedis"
 * import * as Layer from "effect/Layer"
 * import type * as Redis from "effect/persistence/Redis"
 *
 * declare const redis: Layer.Layer<Redis.Redis> // such as NodeRedis.layer of @effect/platform-node
 *
 * const lock = RefreshLockRedis.layerWith({ timeout: "1 minute" }).pipe(Layer.provide(redis))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<RefreshLock, never, Redis.Redis> =>
  Layer.effect(
    RefreshLock,
    Effect.flatMap(Redis.Redis, (redis) => {
      const lifetime = Duration.fromInputUnsafe(options.lease ?? "30 seconds")
      return LeaseLock.make({
        name,
        lifetime,
        timeout: Duration.fromInputUnsafe(options.timeout ?? "2 minutes"),
        take: ({ key, owner }) =>
          redis.send<string | null>("SET", keyOf(key), owner, "NX", "PX", milliseconds(lifetime)).pipe(
            Effect.map((answer) => answer !== null),
            run("take")
          ),
        renew: (lease) =>
          redis
            .eval(renewScript)(lease, milliseconds(lifetime))
            .pipe(
              Effect.map((count) => count === 1),
              run("renew")
            ),
        release: (lease) => run("release")(redis.eval(releaseScript)(lease))
      })
    })
  )

/**
 * Locks for all nodes that share the Redis of the context, with a lease of 30 seconds; a wait ends with a `StoreError`
 * after 2 minutes. {@link layerWith} has more, and an example.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<RefreshLock, never, Redis.Redis> = layerWith({})
