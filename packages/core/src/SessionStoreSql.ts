/**
 * `SessionStore` in SQLite or PostgreSQL.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as SqlClient from "effect/sql/SqlClient"
import * as ClientMigrations from "./ClientMigrations.ts"
import * as SessionText from "./internal/sessionText.ts"
import { SessionStore } from "./SessionStore.ts"
import type { StoreError } from "./StoreError.ts"
import * as SqlStore from "./SqlStore.ts"
import * as SqlTemplate from "./SqlTemplate.ts"

const run = SqlStore.operations("session store in SQL")

/**
 * @since 0.1.0
 */
export interface Options {
  /** A session that is neither refreshed nor set again for so long is forgotten. Default: 90 days. */
  readonly keepFor?: Duration.Input | undefined
}

interface Row {
  readonly id: string
  readonly accountId: string
  readonly record: string
  readonly expiresAt: number
}

const statements = (sql: SqlClient.SqlClient) => ({
  get: SqlTemplate.make<{ readonly id: string; readonly now: number }, Pick<Row, "record">>(
    sql,
    ({ id, now }) => sql`SELECT record FROM le_auth_session WHERE id = ${id} AND expires_at > ${now}`
  ),
  set: SqlTemplate.make<Row>(
    sql,
    ({ accountId, expiresAt, id, record }) => sql`
      INSERT INTO le_auth_session (id, account_id, record, expires_at) VALUES (${id}, ${accountId}, ${record}, ${expiresAt})
      ON CONFLICT (id) DO UPDATE SET record = excluded.record, expires_at = excluded.expires_at`
  ),
  remove: SqlTemplate.make<Pick<Row, "id">>(sql, ({ id }) => sql`DELETE FROM le_auth_session WHERE id = ${id}`),
  list: SqlTemplate.make<{ readonly accountId: string; readonly now: number }, Pick<Row, "id">>(
    sql,
    ({ accountId, now }) => sql`
      SELECT id FROM le_auth_session WHERE account_id = ${accountId} AND expires_at > ${now}`
  )
})

/**
 * Keeps the sessions in the database of the context.
 *
 * **The tokens are in clear** unless `SealedSessionStore` is put in front: then whoever reads the database has nothing but the
 * keys of sessions.
 *
 * @example
 * ```ts
 * import * as Seal from "@le-auth/core/Seal"
 * import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
 * import * as SessionStoreSql from "@le-auth/core/SessionStoreSql"
 * import * as Layer from "effect/Layer"
 *
 * const store = SealedSessionStore.layer.pipe(
 *   Layer.provide(SessionStoreSql.layer),
 *   Layer.provide(Seal.layerConfig), // LE_AUTH_SEAL_KEYS
 *   Layer.provide(Seal.layerWebCrypto)
 * )
 * ```
 *
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<SessionStore, StoreError, SqlClient.SqlClient> =>
  Layer.effect(
    SessionStore,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keepFor = Duration.toMillis(Duration.fromInputUnsafe(options.keepFor ?? SessionText.keepFor))
      yield* ClientMigrations.run
      yield* SqlStore.cleanUp(["le_auth_session"])
      const { get, list, remove, set } = statements(sql)
      return SessionStore.of({
        get: (key) =>
          Effect.gen(function* () {
            const [found] = yield* get({ id: key.toString(), now: yield* Clock.currentTimeMillis })
            return Option.flatMap(Option.fromUndefinedOr(found), ({ record }) => SessionText.decode(record))
          }).pipe(run("get")),
        set: (session) =>
          Effect.gen(function* () {
            const { key } = session
            const expiresAt = Math.ceil((yield* Clock.currentTimeMillis) + keepFor)
            const record = SessionText.encode(session)
            yield* set({ id: key.toString(), accountId: key.accountId, record, expiresAt })
          }).pipe(run("set")),
        remove: (key) => Effect.asVoid(run("remove")(remove({ id: key.toString() }))),
        list: (accountId) =>
          Effect.gen(function* () {
            const found = yield* list({ accountId, now: yield* Clock.currentTimeMillis })
            return found.flatMap(({ id }) => Option.toArray(SessionText.keyOf(id)))
          }).pipe(run("list"))
      })
    })
  )

/**
 * {@link layerWith} the defaults.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, StoreError, SqlClient.SqlClient> = layerWith({})
