/**
 * `AppTokenStore` in SQLite or PostgreSQL.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as SqlClient from "effect/sql/SqlClient"
import { AppTokenStore } from "./AppTokenStore.ts"
import * as ClientMigrations from "./ClientMigrations.ts"
import * as AppTokenText from "./shared/AppTokenText.ts"
import type { StoreError } from "./StoreError.ts"
import * as SqlStore from "./SqlStore.ts"
import * as SqlTemplate from "./shared/SqlTemplate.ts"

const run = SqlStore.operations("app token store in SQL")

/**
 * Keeps the app tokens in the database of the context. One that is over is deleted.
 *
 * **The tokens are in clear** unless `SealedAppTokenStore` is put in front: then a reader of the database has only the
 * names of accounts and applications.
 *
 * Ask for tokens outside of your own transactions. Inside of one, SQLite has no second connection for the store: a
 * token that is not in memory then comes after ten seconds, and is not stored.
 *
 * @example
 * ```ts
 * import * as AppTokenStoreSql from "@le-auth/core/AppTokenStoreSql"
 * import * as Seal from "@le-auth/core/Seal"
 * import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
 * import * as Layer from "effect/Layer"
 *
 * const store = SealedAppTokenStore.layer.pipe(
 *   Layer.provide(AppTokenStoreSql.layer),
 *   Layer.provide(Seal.layerConfig), // LE_AUTH_SEAL_KEYS
 *   Layer.provide(Seal.layerWebCrypto)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<AppTokenStore, StoreError, SqlClient.SqlClient> = Layer.effect(
  AppTokenStore,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* ClientMigrations.run
    yield* SqlStore.cleanUp(["le_auth_app_token"])
    const get = SqlTemplate.make<{ readonly id: string; readonly now: number }, { readonly record: string }>(
      sql,
      ({ id, now }) => sql`SELECT record FROM le_auth_app_token WHERE id = ${id} AND expires_at > ${now}`
    )
    const set = SqlTemplate.make<{ readonly id: string; readonly record: string; readonly expiresAt: number }>(
      sql,
      ({ expiresAt, id, record }) => sql`
        INSERT INTO le_auth_app_token (id, record, expires_at) VALUES (${id}, ${record}, ${expiresAt})
        ON CONFLICT (id) DO UPDATE SET record = excluded.record, expires_at = excluded.expires_at`
    )
    const remove = SqlTemplate.make<{ readonly id: string }>(
      sql,
      ({ id }) => sql`DELETE FROM le_auth_app_token WHERE id = ${id}`
    )
    return AppTokenStore.of({
      get: (key) =>
        Effect.gen(function* () {
          const [found] = yield* get({ id: key.toString(), now: yield* Clock.currentTimeMillis })
          const token = Option.flatMap(Option.fromUndefinedOr(found), ({ record }) => AppTokenText.decode(record))
          return yield* AppTokenText.unlessOver(token)
        }).pipe(run("get")),
      set: (token) =>
        Effect.suspend(() =>
          set({
            id: token.key.toString(),
            record: AppTokenText.encode(token),
            expiresAt: AppTokenText.keptUntil(token)
          })
        ).pipe(Effect.asVoid, run("set")),
      remove: (key) => remove({ id: key.toString() }).pipe(Effect.asVoid, run("remove"))
    })
  })
)
