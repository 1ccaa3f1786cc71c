/**
 * The tables of Sentinel in SQLite or PostgreSQL. Each layer that needs them creates them.
 *
 * @since 0.1.0
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as SqlStore from "@le-auth/core/SqlStore"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Partitions from "./internal/sql/partitions.ts"

const statements = (
  make: (sql: SqlClient.SqlClient) => ReadonlyArray<Effect.Effect<unknown, SqlError>>
): Effect.Effect<void, SqlError, SqlClient.SqlClient> =>
  SqlClient.SqlClient.use((sql) => Effect.all(make(sql), { discard: true }))

/**
 * PostgreSQL changes a row in place (HOT) if its page has room and no index has the column: hence the fill factor, and
 * no index on what changes.
 */
const withRoom = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({ pg: () => sql`WITH (fillfactor = 70)`, orElse: () => sql`` })

/**
 * All migrations so far, by name. A published one is never changed.
 *
 * Ids of sessions, codes and tokens are SHA-256 hashes. Times are milliseconds since 1970. From `forget_at` on a row is
 * not needed any more. There are no foreign keys, since each would cost a lock at every request.
 *
 * @category models
 * @since 0.1.0
 */
export const migrations: Record<string, Effect.Effect<void, SqlError, SqlClient.SqlClient>> = {
  "1_sessions": statements((sql) => [
    sql`CREATE TABLE sentinel_session (
      id TEXT PRIMARY KEY, account_id TEXT NOT NULL, user_id TEXT NOT NULL, created_at BIGINT NOT NULL,
      last_seen_at BIGINT NOT NULL, idle_expires_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, ended_at BIGINT,
      forget_at BIGINT NOT NULL) ${withRoom(sql)}`,
    sql`CREATE INDEX sentinel_session_user ON sentinel_session (account_id, user_id)`,
    sql`CREATE INDEX sentinel_session_forget_at ON sentinel_session (forget_at)`
  ]),
  "2_grants_and_codes": statements((sql) => [
    // The head of a family of tokens. To revoke them all is to change this row.
    sql`CREATE TABLE sentinel_grant (
      id TEXT PRIMARY KEY, account_id TEXT NOT NULL, client_id TEXT NOT NULL, user_id TEXT NOT NULL,
      session_id TEXT NOT NULL, created_at BIGINT NOT NULL, nonce TEXT, revoked_at BIGINT,
      forget_at BIGINT NOT NULL) ${withRoom(sql)}`,
    sql`CREATE INDEX sentinel_grant_forget_at ON sentinel_grant (forget_at)`,
    sql`CREATE TABLE sentinel_code (
      id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, redirect_uri TEXT, code_challenge TEXT, expires_at BIGINT NOT NULL,
      spent_at BIGINT, forget_at BIGINT NOT NULL) ${withRoom(sql)}`,
    sql`CREATE INDEX sentinel_code_forget_at ON sentinel_code (forget_at)`
  ]),
  "3_tokens": statements((sql) => [
    sql`CREATE TABLE sentinel_refresh (
      id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, used_at BIGINT, seed TEXT, successor_id TEXT,
      forget_at BIGINT NOT NULL) ${withRoom(sql)}`,
    sql`CREATE INDEX sentinel_refresh_forget_at ON sentinel_refresh (forget_at)`,
    sql`CREATE TABLE sentinel_access (
      id TEXT PRIMARY KEY, grant_id TEXT NOT NULL, expires_at BIGINT NOT NULL, forget_at BIGINT NOT NULL)`,
    sql`CREATE INDEX sentinel_access_forget_at ON sentinel_access (forget_at)`
  ]),
  "4_signing_keys": statements((sql) => [
    // The highest generation whose `signs_from` has come signs. `token_lifetime` is that of its longest token.
    sql`CREATE TABLE sentinel_signing_key (
      id TEXT PRIMARY KEY, generation BIGINT NOT NULL UNIQUE, sealed TEXT NOT NULL, signs_from BIGINT NOT NULL,
      token_lifetime BIGINT NOT NULL)`
  ]),
  "5_partitions": Partitions.create,
  "6_directory": statements((sql) => [
    // One row: each change makes the next version. `source` is a hash of the configuration that all of it came from.
    sql`CREATE TABLE sentinel_directory (id TEXT PRIMARY KEY, version BIGINT NOT NULL, source TEXT NOT NULL)`,
    // Accounts, users and installations as JSON, with hashes in place of secrets.
    sql`CREATE TABLE sentinel_directory_entry (
      kind TEXT NOT NULL, account_id TEXT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL,
      PRIMARY KEY (kind, account_id, id))`
  ]),
  "7_secrets": statements((sql) => [sql`CREATE TABLE sentinel_secret (id TEXT PRIMARY KEY, sealed TEXT NOT NULL)`]),
  "8_outcomes_and_quotas": statements((sql) => [
    // For a change whose answer was lost: the same request gets it again until `retry_until`, made with the seed. Of a
    // code one request does.
    sql`ALTER TABLE sentinel_refresh ADD COLUMN retry_until BIGINT`,
    sql`ALTER TABLE sentinel_code ADD COLUMN retry_until BIGINT`,
    sql`ALTER TABLE sentinel_code ADD COLUMN seed TEXT`,
    sql`ALTER TABLE sentinel_code ADD COLUMN answered_by TEXT`,
    // The codes and grants of one session are counted.
    sql`ALTER TABLE sentinel_code ADD COLUMN session_id TEXT`,
    sql`CREATE INDEX sentinel_code_session ON sentinel_code (session_id)`,
    sql`ALTER TABLE sentinel_code ADD COLUMN issue_order BIGINT`,
    sql`ALTER TABLE sentinel_grant ADD COLUMN redeemed_order BIGINT`,
    // For StoreInspection: whether there is a refresh token, and when the last access token of a session expires.
    sql`ALTER TABLE sentinel_grant ADD COLUMN is_renewable INTEGER`,
    sql`ALTER TABLE sentinel_session ADD COLUMN last_access BIGINT`,
    sql`CREATE INDEX sentinel_grant_session ON sentinel_grant (session_id)`,
    // Each node writes here to see whether it can.
    sql`CREATE TABLE sentinel_heartbeat (id TEXT PRIMARY KEY, beat TEXT NOT NULL, forget_at BIGINT NOT NULL)`
  ]),
  "9_kept_refresh_tokens": statements((sql) => [
    // A grant counts the refresh tokens that came beside others in use, and each token has the count of its time.
    sql`ALTER TABLE sentinel_grant ADD COLUMN refresh_count BIGINT`,
    sql`ALTER TABLE sentinel_refresh ADD COLUMN place BIGINT`
  ])
}

/**
 * Brings the tables of the database of the context to the newest form. The layers do it when they are built. Where the
 * database user of Sentinel must not create tables, run it before as a user who may.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as SentinelMigrations from "@le-auth/sentinel/SentinelMigrations"
 * import * as Effect from "effect/Effect"
 * import type * as Layer from "effect/Layer"
 * import type * as SqlClient from "effect/sql/SqlClient"
 *
 * declare const asOwner: Layer.Layer<SqlClient.SqlClient> // a connection of a user who may create tables
 *
 * export const program = Effect.provide(SentinelMigrations.run, asOwner)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const run: Effect.Effect<void, StoreError, SqlClient.SqlClient> = SqlStore.migrate({
  store: "database of Sentinel",
  table: "sentinel_migrations",
  migrations
})
