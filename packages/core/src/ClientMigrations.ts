/**
 * The tables of `TransactionStoreSql`, `SessionStoreSql`, `AppTokenStoreSql` and `RefreshLockSql`, which create them by
 * themselves.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { StoreError } from "./StoreError.ts"
import * as SqlStore from "./SqlStore.ts"

const statements = (
  make: (sql: SqlClient.SqlClient) => ReadonlyArray<Effect.Effect<unknown, SqlError>>
): Effect.Effect<void, SqlError, SqlClient.SqlClient> =>
  SqlClient.SqlClient.use((sql) => Effect.all(make(sql), { discard: true }))

/**
 * All migrations so far, by number and name. One that was published is never changed.
 *
 * @category models
 * @since 0.1.0
 */
export const migrations: Record<string, Effect.Effect<void, SqlError, SqlClient.SqlClient>> = {
  "1_transactions": statements((sql) => [
    sql`CREATE TABLE le_auth_transaction (id TEXT PRIMARY KEY, record TEXT NOT NULL, expires_at BIGINT NOT NULL)`,
    sql`CREATE INDEX le_auth_transaction_expires_at ON le_auth_transaction (expires_at)`
  ]),
  "2_sessions": statements((sql) => [
    sql`CREATE TABLE le_auth_session (
      id TEXT PRIMARY KEY, account_id TEXT NOT NULL, record TEXT NOT NULL, expires_at BIGINT NOT NULL)`,
    sql`CREATE INDEX le_auth_session_account_id ON le_auth_session (account_id)`,
    sql`CREATE INDEX le_auth_session_expires_at ON le_auth_session (expires_at)`
  ]),
  "3_refresh_locks": statements((sql) => [
    sql`CREATE TABLE le_auth_refresh_lock (id TEXT PRIMARY KEY, owner TEXT NOT NULL, expires_at BIGINT NOT NULL)`,
    sql`CREATE INDEX le_auth_refresh_lock_expires_at ON le_auth_refresh_lock (expires_at)`
  ]),
  "4_session_generations": statements((sql) => [
    sql`ALTER TABLE le_auth_session ADD COLUMN generation TEXT NOT NULL DEFAULT ''`
  ]),
  "5_app_tokens": statements((sql) => [
    sql`CREATE TABLE le_auth_app_token (id TEXT PRIMARY KEY, record TEXT NOT NULL, expires_at BIGINT NOT NULL)`,
    sql`CREATE INDEX le_auth_app_token_expires_at ON le_auth_app_token (expires_at)`
  ])
}

/**
 * Brings the tables to the newest form. The layers do it when they are built; a program whose database user may not
 * create tables runs it before, as a user who may. Fails with a `StoreError` if the database cannot be migrated.
 *
 * @category constructors
 * @since 0.1.0
 */
export const run: Effect.Effect<void, StoreError, SqlClient.SqlClient> = SqlStore.migrate({
  store: "database of sign-ins and sessions",
  table: "le_auth_client_migrations",
  migrations
})
