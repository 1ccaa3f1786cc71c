/**
 * The application's stores in Redis.
 */
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as RefreshLockRedis from "@le-auth/core/RefreshLockRedis"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import * as SessionStoreRedis from "@le-auth/core/SessionStoreRedis"
import * as StoreOperation from "@le-auth/core/StoreOperation"
import * as TransactionStoreRedis from "@le-auth/core/TransactionStoreRedis"
import * as NodeDatabase from "@le-auth/node/NodeDatabase"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
import { RedisError } from "effect/persistence/Redis"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

export class RedisUnreachable extends Schema.TaggedError<RedisUnreachable>()("RedisUnreachable", {
  url: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `Redis at ${this.url} cannot be used: ${this.problem}. Check that it is there, and that LE_AUTH_STORE fits it.`
  }
}

/** Longer than any answer of a Redis that is well. */
const patience = "5 seconds"

/**
 * A connection that says nothing for 5 seconds, though it is asked each second, is given up for a new one, and its commands fail:
 * TCP itself would wait for a quarter of an hour. Only the first connection is not tried again.
 */
const client = (url: StoreUrl.RedisUrl) => {
  let wasThere = false
  return Layer.effectDiscard(Effect.sync(() => (wasThere = true))).pipe(
    Layer.provideMerge(
      NodeRedis.layer({
        url: Redacted.value(url.url),
        pingInterval: 1000,
        socket: {
          socketTimeout: Duration.toMillis(patience),
          reconnectStrategy: (retries, cause) => (wasThere ? Math.min(2 ** retries * 50, 2000) : cause)
        }
      })
    )
  )
}

/** What Redis, or the connection to it, says; it may also say nothing at all. */
const problemOf = (error: unknown): string => {
  const cause = error instanceof RedisError ? error.cause : error
  if (cause === undefined) return "it does not answer"
  return cause instanceof Error && cause.message !== "" ? cause.message : String(cause)
}

const connection = (url: StoreUrl.RedisUrl) =>
  Layer.effectContext(
    Layer.build(NodeDatabase.closingInTime(client(url))).pipe(
      // To build a layer cannot be interrupted, and a handshake that is not answered has no end.
      StoreOperation.operations("Redis", patience)("connect"),
      Effect.mapError(({ cause }) => new RedisUnreachable({ url: StoreUrl.describe(url), problem: problemOf(cause) }))
    )
  )

export const layer = (url: StoreUrl.RedisUrl) =>
  Layer.mergeAll(
    TransactionStoreRedis.layer,
    Layer.provide(SealedSessionStore.layer, SessionStoreRedis.layer),
    RefreshLockRedis.layer,
    Persistence.layerRedis
  ).pipe(Layer.provide(connection(url)))
