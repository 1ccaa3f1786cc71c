/**
 * The stores of core, and of Sentinel, on each engine, from a URL: for the tests and for the processes that they start.
 */
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as AppTokenStoreRedis from "@le-auth/core/AppTokenStoreRedis"
import * as AppTokenStoreSql from "@le-auth/core/AppTokenStoreSql"
import * as RefreshLockRedis from "@le-auth/core/RefreshLockRedis"
import * as RefreshLockSql from "@le-auth/core/RefreshLockSql"
import * as Seal from "@le-auth/core/Seal"
import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import * as SessionStoreRedis from "@le-auth/core/SessionStoreRedis"
import * as SessionStoreSql from "@le-auth/core/SessionStoreSql"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as TransactionStoreRedis from "@le-auth/core/TransactionStoreRedis"
import * as TransactionStoreSql from "@le-auth/core/TransactionStoreSql"
import * as AppTokenFile from "@le-auth/node/AppTokenFile"
import * as FileRefreshLock from "@le-auth/node/FileRefreshLock"
import * as NodeDatabase from "@le-auth/node/NodeDatabase"
import * as NodeSqlite from "@le-auth/node/NodeSqlite"
import * as SessionFile from "@le-auth/node/SessionFile"
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"

/** `sqlite:PATH` or `postgres://…`. */
export const sqlClient = (url: string, maxConnections = 8) =>
  url.startsWith("sqlite:")
    ? NodeSqlite.layer({ filename: url.slice("sqlite:".length), synchronous: "normal" })
    : PgClient.layer({ url: Redacted.make(url), maxConnections })

/** As a program has it: its end does not wait for commands that Redis never got. */
export const redisClient = (url: string) => NodeDatabase.closingInTime(NodeRedis.layer({ url }))

export interface Options {
  readonly lease?: Duration.Input | undefined
  readonly timeout?: Duration.Input | undefined
  readonly keepFor?: Duration.Input | undefined
  readonly connections?: number | undefined
}

/**
 * Takes a time off what a database keeps: else a month of the test clock has a clean-up in each of its minutes.
 */
export const elapseIn = (url: string) => (duration: Duration.Duration) =>
  SqlClient.SqlClient.use((sql) =>
    Effect.forEach(
      ["le_auth_transaction", "le_auth_session", "le_auth_app_token"],
      (table) => sql`UPDATE ${sql(table)} SET expires_at = expires_at - ${Duration.toMillis(duration)}`,
      { discard: true }
    )
  ).pipe(Effect.provide(sqlClient(url)))

/** As a command line has them, in the folder of `file:FOLDER`. */
const files = (folder: string, { timeout }: Options) =>
  Layer.mergeAll(
    TransactionStore.layerMemory,
    SessionFile.layerAt(`${folder}/sessions.json`),
    AppTokenFile.layerAt(`${folder}/app-tokens.json`),
    FileRefreshLock.layerAt(`${folder}/locks`, { timeout })
  )

/** `TransactionStore`, `SessionStore`, `AppTokenStore` and `RefreshLock`. */
export const stores = (url: string, options: Options = {}) => {
  if (url.startsWith("file:")) return files(url.slice("file:".length), options)
  return url.startsWith("redis:")
    ? Layer.mergeAll(
        TransactionStoreRedis.layer,
        SessionStoreRedis.layerWith(options),
        AppTokenStoreRedis.layer,
        RefreshLockRedis.layerWith(options)
      ).pipe(Layer.provideMerge(redisClient(url)), Layer.orDie)
    : Layer.mergeAll(
        TransactionStoreSql.layer,
        SessionStoreSql.layerWith(options),
        AppTokenStoreSql.layer,
        RefreshLockSql.layerWith(options)
      ).pipe(Layer.provide(sqlClient(url, options.connections)), Layer.orDie)
}

/** Puts a seal before the `SessionStore` and the `AppTokenStore` of the context. */
export const sealed = (name: string) =>
  Layer.merge(SealedSessionStore.layer, SealedAppTokenStore.layer).pipe(
    Layer.provide(Seal.layer([Redacted.make(`planted-seal-${name}-of-forty-three-characters-or-more`)])),
    Layer.provide(Seal.layerWebCrypto),
    Layer.orDie
  )

/** `SentinelStore`. */
export const sentinelStore = (url: string, connections?: number) =>
  SentinelStoreSql.layer.pipe(Layer.provide(sqlClient(url, connections)), Layer.orDie)
