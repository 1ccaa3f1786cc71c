/**
 * The application's stores in Redis.
 */
import * as RefreshLockRedis from "@le-auth/core/RefreshLockRedis"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import * as SessionStoreRedis from "@le-auth/core/SessionStoreRedis"
import * as TransactionStoreRedis from "@le-auth/core/TransactionStoreRedis"
import * as NodeRedis from "@le-auth/node/NodeRedis"
import type * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"

export const layer = (url: StoreUrl.RedisUrl) =>
  Layer.mergeAll(
    TransactionStoreRedis.layer,
    Layer.provide(SealedSessionStore.layer, SessionStoreRedis.layer),
    RefreshLockRedis.layer,
    Persistence.layerRedis
  ).pipe(Layer.provide(NodeRedis.layer(url)))
