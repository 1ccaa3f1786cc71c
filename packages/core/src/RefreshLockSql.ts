/**
 * `RefreshLock` in SQLite or PostgreSQL.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as ClientMigrations from "./ClientMigrations.ts"
import * as LeaseLock from "./LeaseLock.ts"
import { RefreshLock } from "./RefreshLock.ts"
import type { StoreError } from "./StoreError.ts"
import * as SqlStore from "./SqlStore.ts"
import * as SqlTemplate from "./shared/SqlTemplate.ts"

const name = "refresh lock in SQL"
const run = SqlStore.operations(name)

/**
 * How long {@link layerWith} holds a lock, and waits for one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * How long a lock stays after the death of its process. The holder extends it while it works. Default: 30 seconds.
   */
  readonly lease?: Duration.Input | undefined
  /**
   * How long to wait for another process before the wait ends with a `StoreError`. Default: 2 minutes, which is longer
   * than a refresh takes with all its repetitions.
   */
  readonly timeout?: Duration.Input | undefined
}

interface Times {
  readonly now: number
  readonly until: number
}

const statements = (sql: SqlClient.SqlClient) => ({
  take: SqlTemplate.make<LeaseLock.Lease & Times>(
    sql,
    ({ key, now, owner, until }) => sql`
      INSERT INTO le_auth_refresh_lock (id, owner, expires_at) VALUES (${key}, ${owner}, ${until})
      ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
      WHERE le_auth_refresh_lock.expires_at <= ${now} RETURNING id`
  ),
  renew: SqlTemplate.make<LeaseLock.Lease & Times>(
    sql,
    ({ key, owner, until }) => sql`
      UPDATE le_auth_refresh_lock SET expires_at = ${until} WHERE id = ${key} AND owner = ${owner} RETURNING id`
  ),
  release: SqlTemplate.make<LeaseLock.Lease>(
    sql,
    ({ key, owner }) => sql`DELETE FROM le_auth_refresh_lock WHERE id = ${key} AND owner = ${owner}`
  )
})

/**
 * Locks for all nodes that share the database of the context.
 *
 * A lock is a row with an owner and a time, extended as long as its holder works. It is not an advisory lock of
 * PostgreSQL: one of a session does not survive a pooler that shares connections, and one of a transaction would keep a
 * connection for as long as Sentinel takes to answer, one for each session that is refreshed. The clocks of the nodes
 * may differ by a part of the lease.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as RefreshLockSql from "@le-auth/core/RefreshLockSql"
 * import * as Layer from "effect/Layer"
 * import type * as SqlClient from "effect/sql/SqlClient"
 *
 * declare const database: Layer.Layer<SqlClient.SqlClient> // such as NodeSqlite.layer or PgClient.layer
 *
 * const lock = RefreshLockSql.layerWith({ timeout: "1 minute" }).pipe(Layer.provide(database))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<RefreshLock, StoreError, SqlClient.SqlClient> =>
  Layer.effect(
    RefreshLock,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const lifetime = Duration.fromInputUnsafe(options.lease ?? "30 seconds")
      const times = Effect.map(Clock.currentTimeMillis, (now) => ({
        now,
        until: Math.ceil(now + Duration.toMillis(lifetime))
      }))
      const { release, renew, take } = statements(sql)
      const isOne = (rows: ReadonlyArray<unknown>) => rows.length === 1
      yield* ClientMigrations.run
      yield* SqlStore.cleanUp(["le_auth_refresh_lock"])
      return yield* LeaseLock.make({
        name,
        lifetime,
        timeout: Duration.fromInputUnsafe(options.timeout ?? "2 minutes"),
        take: (lease) =>
          Effect.flatMap(times, (times) => take({ ...lease, ...times })).pipe(Effect.map(isOne), run("take")),
        renew: (lease) =>
          Effect.flatMap(times, (times) => renew({ ...lease, ...times })).pipe(Effect.map(isOne), run("renew")),
        release: (lease) => Effect.asVoid(run("release")(release(lease)))
      })
    })
  )

/**
 * Locks for all nodes that share the database of the context, with a lease of 30 seconds; a wait ends with a
 * `StoreError` after 2 minutes. {@link layerWith} has more, and an example.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<RefreshLock, StoreError, SqlClient.SqlClient> = layerWith({})
