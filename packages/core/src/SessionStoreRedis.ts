/**
 * `SessionStore` in Redis 6.2 or newer.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redis from "effect/persistence/Redis"
import { milliseconds } from "./internal/redisTime.ts"
import { operations } from "./StoreOperation.ts"
import * as SessionText from "./internal/sessionText.ts"
import { SessionStore } from "./SessionStore.ts"

const run = operations("session store in Redis")

// The keys of an account share what is in braces, so that they are on one node of a cluster.
const recordKey = (accountId: string, id: string): string => `le-auth:{${accountId}}:session:${id}`
const indexKey = (accountId: string): string => `le-auth:{${accountId}}:sessions`

const now = "local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)"

const setScript = Redis.script(
  (accountId: string, id: string, record: string, keepFor: string) => [
    recordKey(accountId, id),
    indexKey(accountId),
    id,
    record,
    keepFor
  ],
  {
    numberOfKeys: 2,
    lua: `${now}
      redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
      redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
      redis.call('PEXPIRE', KEYS[2], ARGV[3])`
  }
)

const removeScript = Redis.script(
  (accountId: string, id: string) => [recordKey(accountId, id), indexKey(accountId), id],
  { numberOfKeys: 2, lua: "redis.call('DEL', KEYS[1]) redis.call('ZREM', KEYS[2], ARGV[1])" }
)

const listScript = Redis.script((accountId: string) => [indexKey(accountId)], {
  numberOfKeys: 1,
  lua: `${now}
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
    return redis.call('ZRANGE', KEYS[1], 0, -1)`
}).withReturnType<ReadonlyArray<string>>()

/**
 * @since 0.1.0
 */
export interface Options {
  /** A session that is neither refreshed nor set again for so long is forgotten. Default: 90 days. */
  readonly keepFor?: Duration.Input | undefined
}

/**
 * Keeps the sessions in the Redis of the context.
 *
 * **The tokens are in clear** unless `SealedSessionStore` is put in front. Redis must not evict (`maxmemory-policy
 * noeviction`), and must write to disk (`appendonly yes`) if a restart of it is not to sign everybody out. After a failover
 * the last refreshes may be lost, and with them sessions whose refresh token was rotated.
 *
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<SessionStore, never, Redis.Redis> =>
  Layer.effect(
    SessionStore,
    Effect.map(Redis.Redis, (redis) => {
      const keepFor = milliseconds(Duration.fromInputUnsafe(options.keepFor ?? SessionText.keepFor))
      return SessionStore.of({
        get: (key) =>
          redis.send<string | null>("GET", recordKey(key.accountId, key.toString())).pipe(
            Effect.map((text) => Option.flatMap(Option.fromNullOr(text), (text) => SessionText.decode(text))),
            run("get")
          ),
        set: (session) =>
          Effect.suspend(() =>
            redis.eval(setScript)(session.key.accountId, session.key.toString(), SessionText.encode(session), keepFor)
          ).pipe(run("set")),
        remove: (key) => run("remove")(redis.eval(removeScript)(key.accountId, key.toString())),
        list: (accountId) =>
          redis
            .eval(listScript)(accountId)
            .pipe(
              Effect.map((ids) => ids.flatMap((id) => Option.toArray(SessionText.keyOf(id)))),
              run("list")
            )
      })
    })
  )

/**
 * {@link layerWith} the defaults.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, never, Redis.Redis> = layerWith({})
