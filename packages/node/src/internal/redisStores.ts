/** The stores in Redis, unsealed. */
import * as AppTokenStoreRedis from "@le-auth/core/AppTokenStoreRedis"
import * as RefreshLockRedis from "@le-auth/core/RefreshLockRedis"
import * as SessionStoreRedis from "@le-auth/core/SessionStoreRedis"
import * as TransactionStoreRedis from "@le-auth/core/TransactionStoreRedis"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
import * as NodeRedis from "../NodeRedis.ts"
import type { RedisUrl } from "../StoreUrl.ts"

export const layer = (url: RedisUrl) =>
  Layer.mergeAll(
    TransactionStoreRedis.layer,
    SessionStoreRedis.layer,
    AppTokenStoreRedis.layer,
    RefreshLockRedis.layer,
    Persistence.layerRedis
  ).pipe(Layer.provide(NodeRedis.layer(url)))
