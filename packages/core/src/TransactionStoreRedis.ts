/**
 * `TransactionStore` in Redis 6.2 or newer.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redis from "effect/persistence/Redis"
import * as Schema from "effect/Schema"
import { milliseconds } from "./internal/redisTime.ts"
import { operations } from "./StoreOperation.ts"
import { Transaction } from "./Transaction.ts"
import { TransactionStore } from "./TransactionStore.ts"

const TransactionJson = Schema.fromJsonString(Transaction)
const encode = Schema.encodeSync(TransactionJson)
const decode = Schema.decodeOption(TransactionJson)

const run = operations("transaction store in Redis")
const keyOf = (id: string): string => `le-auth:transaction:${id}`

/**
 * Keeps the records in the Redis of the context, which ends them by its own clock. Taking a record is one command
 * (`GETDEL`), so one of any number of nodes gets it.
 *
 * Redis must not evict (`maxmemory-policy noeviction`): a record that was evicted is a sign-in that fails. After a
 * failover a record that was taken a moment before may be back; its code works only once all the same.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as TransactionStoreRedis from "@le-auth/core/TransactionStoreRedis"
 * import * as Layer from "effect/Layer"
 * import type * as Redis from "effect/persistence/Redis"
 *
 * declare const redis: Layer.Layer<Redis.Redis> // such as NodeRedis.layer of @effect/platform-node
 *
 * const store = TransactionStoreRedis.layer.pipe(Layer.provide(redis))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<TransactionStore, never, Redis.Redis> = Layer.effect(
  TransactionStore,
  Effect.map(Redis.Redis, (redis) =>
    TransactionStore.of({
      put: (id, record, timeToLive) =>
        Effect.suspend(() => redis.send("SET", keyOf(id), encode(record), "PX", milliseconds(timeToLive))).pipe(
          Effect.asVoid,
          run("put")
        ),
      take: (id) =>
        redis.send<string | null>("GETDEL", keyOf(id)).pipe(
          Effect.map((text) => Option.flatMap(Option.fromNullOr(text), decode)),
          run("take")
        )
    })
  )
)
