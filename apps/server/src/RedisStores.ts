/**
 * The application's stores in Redis.
 */
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as RefreshLockRedis from "@le-auth/core/RefreshLockRedis"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import * as SessionStoreRedis from "@le-auth/core/SessionStoreRedis"
import * as TransactionStoreRedis from "@le-auth/core/TransactionStoreRedis"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
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

const connection = (url: StoreUrl.RedisUrl) =>
  NodeRedis.layer({ url: Redacted.value(url.url) }).pipe(
    Layer.catchTag("RedisError", ({ cause }) => {
      const problem = cause instanceof Error && cause.message !== "" ? cause.message : String(cause)
      return Layer.effectContext(Effect.fail(new RedisUnreachable({ url: StoreUrl.describe(url), problem })))
    })
  )

export const layer = (url: StoreUrl.RedisUrl) =>
  Layer.mergeAll(
    TransactionStoreRedis.layer,
    Layer.provide(SealedSessionStore.layer, SessionStoreRedis.layer),
    RefreshLockRedis.layer,
    Persistence.layerRedis
  ).pipe(Layer.provide(connection(url)))
