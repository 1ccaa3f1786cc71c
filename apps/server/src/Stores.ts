/**
 * The stores for sign-ins and sessions, chosen by `LE_AUTH_STORE`. In a database, sessions are sealed.
 */
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as RefreshLockSql from "@le-auth/core/RefreshLockSql"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SessionStoreSql from "@le-auth/core/SessionStoreSql"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as TransactionStoreSql from "@le-auth/core/TransactionStoreSql"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeDatabase from "@le-auth/node/NodeDatabase"
import type * as StoreUrl from "@le-auth/node/StoreUrl"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
import * as Schedule from "effect/Schedule"
import * as SealKeys from "./SealKeys.ts"

/**
 * effect makes its table with `IF NOT EXISTS`, which in PostgreSQL fails with a defect for the second of two processes
 * at the same moment.
 */
const persistenceSql = Layer.effectContext(
  Layer.build(Persistence.layerSql).pipe(
    Effect.sandbox,
    Effect.retry({ times: 3, schedule: Schedule.spaced("200 millis") }),
    Effect.catch(Effect.failCause)
  )
)

const memory = Layer.mergeAll(
  TransactionStore.layerMemory,
  SessionStore.layerMemory,
  RefreshLock.layerMemory,
  Persistence.layerMemory
)

const database = (url: StoreUrl.DatabaseUrl) =>
  Layer.mergeAll(
    TransactionStoreSql.layer,
    Layer.provide(SealedSessionStore.layer, SessionStoreSql.layer),
    RefreshLockSql.layer,
    persistenceSql
  ).pipe(
    Layer.catchTag("StoreError", (error) => Layer.effectContext(Effect.fail(NodeDatabase.unusable(url)(error)))),
    Layer.provide(SealKeys.layer(url)),
    Layer.provide(NodeDatabase.layer(url))
  )

/** The stores in Redis, whose modules are loaded only if it is used. */
const redis = (url: StoreUrl.RedisUrl) =>
  Effect.map(
    Effect.promise(() => import("./RedisStores.ts")),
    ({ layer }) => Layer.provide(layer(url), SealKeys.layer(url))
  )

type Ports = Layer.Layer<
  TransactionStore.TransactionStore | SessionStore.SessionStore | RefreshLock.RefreshLock | Persistence.Persistence,
  Layer.Error<ReturnType<typeof database> | Effect.Success<ReturnType<typeof redis>>>
>

const ports = (url: StoreUrl.StoreUrl): Ports => {
  switch (url._tag) {
    case "Memory":
      return memory
    case "Redis":
      return Layer.unwrap(redis(url))
    default:
      return database(url)
  }
}

/** The three ports of the sign-in, and `BrowserSessions`. */
export const layer = (url: StoreUrl.StoreUrl) =>
  BrowserSessions.layer.pipe(Layer.provideMerge(ports(url)), Layer.provide(NodeCrypto.layer))
