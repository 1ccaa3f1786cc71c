/**
 * The Redis that a {@link StoreUrl} names, as effect's `Redis`: one server, one behind a name that fails over, or a
 * cluster.
 *
 * @since 0.1.0
 */
import * as StoreOperation from "@le-auth/core/StoreOperation"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { createHash } from "node:crypto"
import * as RedisCluster from "./internal/redisCluster.ts"
import * as Trust from "./internal/trust.ts"
import { closingInTime, DatabaseError } from "./NodeDatabase.ts"
import * as StoreUrl from "./StoreUrl.ts"

type Service = Redis.Redis["Service"]

/** Longer than any answer of a Redis that is well. */
const timeout = Duration.seconds(5)

/**
 * A connection that says nothing for 5 seconds, though it is asked each second, is given up for a new one, and its
 * commands fail: TCP itself would wait for a quarter of an hour. Only the first connection is not tried again.
 */
const single = (url: URL) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("@effect/platform-node/NodeRedis")),
      (NodeRedis) => {
        let wasThere = false
        return Layer.effectDiscard(Effect.sync(() => (wasThere = true))).pipe(
          Layer.provideMerge(
            NodeRedis.layer({
              url: url.href,
              pingInterval: 1000,
              socket: {
                socketTimeout: Duration.toMillis(timeout),
                reconnectStrategy: (retries, cause) => (wasThere ? Math.min(2 ** retries * 50, 2000) : cause)
              }
            })
          )
        )
      }
    )
  )

const cluster = (url: URL) => Layer.effect(Redis.Redis, RedisCluster.make(url, Duration.toMillis(timeout)))

/** A user that may not ask is a user of one server. */
const isCluster = (redis: Service): Effect.Effect<boolean> =>
  redis.send("INFO", "cluster").pipe(
    Effect.map((info) => String(info).includes("cluster_enabled:1")),
    Effect.orElseSucceed(() => false)
  )

interface Connection {
  readonly redis: Service
  readonly close: Effect.Effect<void>
}

const build = Effect.fnUntraced(function* (layer: Layer.Layer<Redis.Redis, Redis.RedisError>) {
  const scope = yield* Scope.make()
  const close = Scope.close(scope, Exit.void)
  const context = yield* Effect.onError(Layer.buildWithScope(layer, scope), () => close)
  return { redis: yield* Effect.provideContext(Redis.Redis, context), close }
})

const connect = Effect.fnUntraced(function* (url: URL): Effect.fn.Return<Connection, Redis.RedisError> {
  const one = yield* build(single(url))
  if (!(yield* isCluster(one.redis))) return one
  yield* one.close
  return yield* build(cluster(url))
})

const textOf = ({ cause }: Redis.RedisError): string => (cause instanceof Error ? cause.message : String(cause))

/**
 * What a node says that is not the one to ask, such as one that was the primary until a failover. It has done nothing.
 */
const isWrongNode = (error: Redis.RedisError): boolean =>
  /^(?:READONLY|MASTERDOWN|MOVED) |-READONLY /.test(textOf(error))

/** What a node of a cluster says of several keys while their slot moves to another one. It has done nothing. */
const isMoving = (error: Redis.RedisError): boolean => /^(?:TRYAGAIN|CLUSTERDOWN) /.test(textOf(error))

/** Less than the timeout of a store: its error has the node's words. */
const whileMoving = Schedule.spaced("50 millis").pipe(Schedule.upTo({ duration: "4 seconds" }))

const isNoScript = (error: Redis.RedisError): boolean => textOf(error).includes("NOSCRIPT")

/**
 * By their digest, and in full to a node that does not know them yet: which of them that is cannot be known
 * beforehand.
 */
const evaluating = (send: Service["send"]): Service["eval"] => {
  const digests = new Map<string, string>()
  const digestOf = (lua: string) => {
    const digest = digests.get(lua) ?? createHash("sha1").update(lua).digest("hex")
    digests.set(lua, digest)
    return digest
  }
  return (script) =>
    (...params) => {
      const args = [`${script.numberOfKeys(...params)}`, ...script.params(...params).map(String)]
      return Effect.catchIf(send("EVALSHA", digestOf(script.lua), ...args), isNoScript, () =>
        send("EVAL", script.lua, ...args)
      )
    }
}

/** No other connection is made so soon again where the new one is no better. */
const pause = 1000

const make = Effect.fnUntraced(function* (url: URL) {
  const scope = yield* Effect.scope
  let current: Connection = yield* connect(url)
  yield* Effect.addFinalizer(() => current.close)
  let renewedAt = -Infinity
  const oneAtATime = Semaphore.makeUnsafe(1)

  const renew = Effect.fnUntraced(function* (old: Connection) {
    const now = yield* Clock.currentTimeMillis
    if (current !== old || now - renewedAt < pause) return
    renewedAt = now
    const next = yield* connect(url)
    current = next
    yield* Effect.logInfo("Redis: connected anew, as the node of before is not a primary any more")
    yield* Effect.forkIn(old.close, scope)
  })
  /** It does not belong to a caller that waits for it: one that gives up leaves no connection behind. */
  const renewed = (old: Connection) =>
    Effect.flatMap(Effect.forkIn(oneAtATime.withPermits(1)(Effect.uninterruptible(renew(old))), scope), Fiber.await)

  const send: Service["send"] = <A>(command: string, ...args: ReadonlyArray<string>) =>
    Effect.suspend(() => {
      const connection = current
      return Effect.catchIf(connection.redis.send<A>(command, ...args), isWrongNode, (error) =>
        Effect.flatMap(renewed(connection), () =>
          current === connection ? Effect.fail(error) : current.redis.send<A>(command, ...args)
        )
      )
    }).pipe(Effect.retry({ schedule: whileMoving, while: isMoving }))

  return Redis.Redis.of({
    send,
    eval: evaluating(send),
    subscribe: (channel) => Effect.suspend(() => current.redis.subscribe(channel)),
    reserve: Effect.suspend(() => current.redis.reserve)
  })
})

const trustAdvice = "; name the file of its CA with NODE_EXTRA_CA_CERTS in the environment"

/**
 * Connects to Redis, within 5 seconds, so that a wrong URL ends the start of a program and not its first request.
 * Connections that break later come back by themselves.
 *
 * - A server that says that it is read-only, as one does that was the primary until a failover, is given up: the
 *   connection is made anew by the name in the URL, and the command, which was not carried out, is sent once more.
 * - A server of a cluster (`cluster_enabled:1`) leads to the others. Commands go to the node of their first key.
 *   `subscribe` and `reserve` are not there.
 *
 * It loads `redis`, which `@effect/platform-node` installs.
 *
 * @example
 * ```ts
 * import * as SessionStoreRedis from "@le-auth/core/SessionStoreRedis"
 * import * as NodeRedis from "@le-auth/node/NodeRedis"
 * import * as StoreUrl from "@le-auth/node/StoreUrl"
 * import * as Layer from "effect/Layer"
 * import * as Result from "effect/Result"
 *
 * const url = Result.getOrThrow(StoreUrl.fromText("redis://127.0.0.1:6379"))
 * const sessions = url._tag === "Redis" ? Layer.provide(SessionStoreRedis.layer, NodeRedis.layer(url)) : undefined
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (url: StoreUrl.RedisUrl): Layer.Layer<Redis.Redis, DatabaseError> =>
  Layer.effectContext(
    Layer.build(closingInTime(Layer.effect(Redis.Redis, make(new URL(Redacted.value(url.url)))))).pipe(
      // To build a layer cannot be interrupted, and a handshake that is not answered has no end.
      StoreOperation.operations("Redis", timeout)("connect"),
      Effect.mapError(({ cause, problem = "it does not answer" }) => {
        const advice = Trust.isUntrusted(cause) ? trustAdvice : ""
        return new DatabaseError({ database: StoreUrl.describe(url), problem: `${problem}${advice}`, cause })
      })
    )
  )
