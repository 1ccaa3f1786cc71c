/**
 * `TransactionStore` in SQLite or PostgreSQL.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as ClientMigrations from "./ClientMigrations.ts"
import type { StoreError } from "./StoreError.ts"
import * as SqlStore from "./SqlStore.ts"
import * as SqlTemplate from "./shared/SqlTemplate.ts"
import { Transaction } from "./Transaction.ts"
import { TransactionStore } from "./TransactionStore.ts"

const TransactionJson = Schema.fromJsonString(Transaction)
const encode = Schema.encodeSync(TransactionJson)
const decode = Schema.decodeOption(TransactionJson)

const run = SqlStore.operations("transaction store in SQL")

/**
 * Keeps the records in the database of the context. Taking a record is one statement, so one of any number of nodes
 * gets it. Records of sign-ins that were never finished are deleted after their time to live.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as TransactionStoreSql from "@le-auth/core/TransactionStoreSql"
 * import * as Layer from "effect/Layer"
 * import type * as SqlClient from "effect/sql/SqlClient"
 *
 * declare const database: Layer.Layer<SqlClient.SqlClient> // such as NodeSqlite.layer or PgClient.layer
 *
 * const store = TransactionStoreSql.layer.pipe(Layer.provide(database))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<TransactionStore, StoreError, SqlClient.SqlClient> = Layer.effect(
  TransactionStore,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* ClientMigrations.run
    yield* SqlStore.cleanUp(["le_auth_transaction"])
    const put = SqlTemplate.make<{ readonly id: string; readonly record: string; readonly expiresAt: number }>(
      sql,
      ({ expiresAt, id, record }) => sql`
        INSERT INTO le_auth_transaction (id, record, expires_at) VALUES (${id}, ${record}, ${expiresAt})
        ON CONFLICT (id) DO UPDATE SET record = excluded.record, expires_at = excluded.expires_at`
    )
    const take = SqlTemplate.make<{ readonly id: string; readonly now: number }, { readonly record: string }>(
      sql,
      ({ id, now }) => sql`DELETE FROM le_auth_transaction WHERE id = ${id} AND expires_at > ${now} RETURNING record`
    )
    return TransactionStore.of({
      put: (id, transaction, timeToLive) =>
        Effect.gen(function* () {
          const expiresAt = Math.ceil((yield* Clock.currentTimeMillis) + Duration.toMillis(timeToLive))
          yield* put({ id, record: encode(transaction), expiresAt })
        }).pipe(run("put")),
      take: (id) =>
        Effect.gen(function* () {
          const [taken] = yield* take({ id, now: yield* Clock.currentTimeMillis })
          return Option.flatMap(Option.fromUndefinedOr(taken), ({ record }) => decode(record))
        }).pipe(run("take"))
    })
  })
)
