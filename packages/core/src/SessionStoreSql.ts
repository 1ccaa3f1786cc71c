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
import * as SessionText from "./shared/SessionText.ts"
import type { Generation, SessionKey } from "./Session.ts"
import { SessionStore } from "./SessionStore.ts"
import type { StoreError } from "./StoreError.ts"
import * as SqlStore from "./SqlStore.ts"
import * as SqlTemplate from "./shared/SqlTemplate.ts"

const run = SqlStore.operations("session store in SQL")

/**
 * How long {@link layerWith} keeps sessions.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** A session is forgotten when it was neither refreshed nor set for this time. Default: 90 days. */
  readonly keepFor?: Duration.Input | undefined
}

interface Row {
  readonly id: string
  readonly accountId: string
  readonly record: string
  readonly generation: string
  readonly expiresAt: number
}

/** What a row must be for a write that was not over "any". */
interface Over {
  readonly over: Generation
  readonly now: number
}

/**
 * Each is one step of the database. PostgreSQL evaluates a `WHERE` again after it has waited for another writer of the
 * row.
 */
const statements = (sql: SqlClient.SqlClient) => ({
  get: SqlTemplate.make<{ readonly id: string; readonly now: number }, Pick<Row, "record">>(
    sql,
    ({ id, now }) => sql`SELECT record FROM le_auth_session WHERE id = ${id} AND expires_at > ${now}`
  ),
  set: SqlTemplate.make<Row>(
    sql,
    ({ accountId, expiresAt, generation, id, record }) => sql`
      INSERT INTO le_auth_session (id, account_id, record, generation, expires_at)
      VALUES (${id}, ${accountId}, ${record}, ${generation}, ${expiresAt})
      ON CONFLICT (id) DO UPDATE
      SET record = excluded.record, generation = excluded.generation, expires_at = excluded.expires_at`
  ),
  replace: SqlTemplate.make<Omit<Row, "accountId"> & Over, Pick<Row, "id">>(
    sql,
    ({ expiresAt, generation, id, now, over, record }) => sql`
      UPDATE le_auth_session SET record = ${record}, generation = ${generation}, expires_at = ${expiresAt}
      WHERE id = ${id} AND generation = ${over} AND expires_at > ${now} RETURNING id`
  ),
  remove: SqlTemplate.make<Pick<Row, "id">>(sql, ({ id }) => sql`DELETE FROM le_auth_session WHERE id = ${id}`),
  removeOnly: SqlTemplate.make<Pick<Row, "id"> & Over, Pick<Row, "id">>(
    sql,
    ({ id, now, over }) => sql`
      DELETE FROM le_auth_session WHERE id = ${id} AND generation = ${over} AND expires_at > ${now} RETURNING id`
  ),
  list: SqlTemplate.make<{ readonly accountId: string; readonly now: number }, Pick<Row, "id">>(
    sql,
    ({ accountId, now }) => sql`
      SELECT id FROM le_auth_session WHERE account_id = ${accountId} AND expires_at > ${now}`
  )
})

/**
 * Keeps the sessions in the database of the context.
 *
 * **The tokens are in clear** unless `SealedSessionStore` is put in front: then a reader of the database has only the
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
 * @category layers
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
      const { get, list, remove, removeOnly, replace, set } = statements(sql)
      const find = Effect.fnUntraced(function* (key: SessionKey, now: number) {
        const [found] = yield* get({ id: key.toString(), now })
        return Option.flatMap(Option.fromUndefinedOr(found), ({ record }) => SessionText.decode(record))
      })
      return SessionStore.of({
        get: (key) => run("get")(Effect.flatMap(Clock.currentTimeMillis, (now) => find(key, now))),
        set: (session, over) =>
          Effect.gen(function* () {
            const { generation, key } = session
            const now = yield* Clock.currentTimeMillis
            const id = key.toString()
            const row = { id, record: SessionText.encode(session), generation, expiresAt: Math.ceil(now + keepFor) }
            if (over === "any") {
              yield* set({ ...row, accountId: key.accountId })
              return true
            }
            // What cannot be read matches no generation, whatever its column says.
            if (Option.isNone(yield* find(key, now))) return false
            return (yield* replace({ ...row, over, now })).length === 1
          }).pipe(run("set")),
        remove: (key, only) =>
          Effect.gen(function* () {
            const now = yield* Clock.currentTimeMillis
            const id = key.toString()
            if (only === "any") {
              yield* remove({ id })
              return true
            }
            if (Option.isNone(yield* find(key, now))) return false
            return (yield* removeOnly({ id, over: only, now })).length === 1
          }).pipe(run("remove")),
        list: (accountId) =>
          Effect.gen(function* () {
            const found = yield* list({ accountId, now: yield* Clock.currentTimeMillis })
            return found.flatMap(({ id }) => Option.toArray(SessionText.keyOf(id)))
          }).pipe(run("list"))
      })
    })
  )

/**
 * Keeps the sessions in the database of the context, for 90 days after they were set last. **The tokens are in clear**
 * unless `SealedSessionStore` is put in front. {@link layerWith} has an example.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, StoreError, SqlClient.SqlClient> = layerWith({})
