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
import * as SessionText from "./shared/SessionText.ts"
import type { Generation, Session, SessionKey } from "./Session.ts"
import { SessionStore } from "./SessionStore.ts"

const run = operations("session store in Redis")

// The keys of an account share what is in braces, so that they are on one node of a cluster.
const recordKey = (accountId: string, id: string): string => `le-auth:{${accountId}}:session:${id}`
const indexKey = (accountId: string): string => `le-auth:{${accountId}}:sessions`

const now = "local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)"

/**
 * A value is the generation, a line feed, and the session as JSON. One of a version without generations is the JSON
 * alone.
 */
const valueOf = (session: Session): string => `${session.generation}\n${SessionText.encode(session)}`
const sessionOf = (value: string) =>
  SessionText.decode(value.startsWith("{") ? value : value.slice(value.indexOf("\n") + 1))

/** Ends a script, without a change, unless the generation is that of ARGV[2]. No generation is "any". */
const compare = `if ARGV[2] ~= 'any' then
      local value = redis.call('GET', KEYS[1])
      if not value then return 0 end
      local generation = ''
      if string.sub(value, 1, 1) ~= '{' then generation = string.match(value, '^[^\\n]*') end
      if generation ~= ARGV[2] then return 0 end
    end`

const setScript = Redis.script(
  (key: SessionKey, over: Generation | "any", value: string, keepFor: string) => [
    recordKey(key.accountId, key.toString()),
    indexKey(key.accountId),
    key.toString(),
    over,
    value,
    keepFor
  ],
  {
    numberOfKeys: 2,
    lua: `${now}
    ${compare}
    redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
    redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[1])
    redis.call('PEXPIRE', KEYS[2], ARGV[4])
    return 1`
  }
).withReturnType<number>()

const removeScript = Redis.script(
  (key: SessionKey, only: Generation | "any") => [
    recordKey(key.accountId, key.toString()),
    indexKey(key.accountId),
    key.toString(),
    only
  ],
  {
    numberOfKeys: 2,
    lua: `${compare}
    redis.call('DEL', KEYS[1])
    redis.call('ZREM', KEYS[2], ARGV[1])
    return 1`
  }
).withReturnType<number>()

const listScript = Redis.script((accountId: string) => [indexKey(accountId)], {
  numberOfKeys: 1,
  lua: `${now}
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
    return redis.call('ZRANGE', KEYS[1], 0, -1)`
}).withReturnType<ReadonlyArray<string>>()

/**
 * How long {@link layerWith} keeps sessions.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** A session is forgotten when it was neither refreshed nor set for this time. Default: 90 days. */
  readonly keepFor?: Duration.Input | undefined
}

/**
 * Keeps the sessions in the Redis of the context.
 *
 * **The tokens are in clear** unless `SealedSessionStore` is put in front. Redis must not evict
 * (`maxmemory-policy noeviction`), and must write to disk (`appendonly yes`) if its restart is not to sign everyone
 * out. After a failover the last refreshes may be lost, and with them sessions whose refresh token was rotated.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as SessionStoreRedis from "@le-auth/core/SessionStoreRedis"
 * import * as Layer from "effect/Layer"
 * import type * as Redis from "effect/persistence/Redis"
 *
 * declare const redis: Layer.Layer<Redis.Redis> // such as NodeRedis.layer of @effect/platform-node
 *
 * const store = SessionStoreRedis.layerWith({ keepFor: "30 days" }).pipe(Layer.provide(redis))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<SessionStore, never, Redis.Redis> =>
  Layer.effect(
    SessionStore,
    Effect.map(Redis.Redis, (redis) => {
      const keepFor = milliseconds(Duration.fromInputUnsafe(options.keepFor ?? SessionText.keepFor))
      const find = (key: SessionKey) =>
        Effect.map(redis.send<string | null>("GET", recordKey(key.accountId, key.toString())), (value) =>
          Option.flatMap(Option.fromNullOr(value), sessionOf)
        )
      /** What cannot be read matches no generation, whatever the value begins with. */
      const changed = <E>(key: SessionKey, over: Generation | "any", change: Effect.Effect<number, E>) =>
        Effect.gen(function* () {
          if (over !== "any" && Option.isNone(yield* find(key))) return false
          return (yield* change) === 1
        })
      return SessionStore.of({
        get: (key) => run("get")(find(key)),
        set: (session, over) =>
          Effect.suspend(() => {
            const { key } = session
            return changed(key, over, redis.eval(setScript)(key, over, valueOf(session), keepFor))
          }).pipe(run("set")),
        remove: (key, only) => run("remove")(changed(key, only, redis.eval(removeScript)(key, only))),
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
 * Keeps the sessions in the Redis of the context, for 90 days after they were set last. **The tokens are in clear**
 * unless `SealedSessionStore` is put in front. {@link layerWith} has more, and an example.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, never, Redis.Redis> = layerWith({})
