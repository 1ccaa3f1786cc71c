import * as ClientMigrations from "@le-auth/core/ClientMigrations"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import { provesCleanUp } from "./cleanUp.ts"
import { postgresDump } from "./dumps.ts"
import { elapseIn, sqlClient } from "./Engines.ts"
import { provesMigrations } from "./migrations.ts"
import { type Engine, provesRecovery, provesStores } from "./suites.ts"

const server = PostgresDatabase.ofThisFile()

const engine: Engine = {
  name: "PostgreSQL",
  url: () => server.url,
  hasClock: false,
  corrupt: (key) =>
    SqlClient.SqlClient.use(
      (sql) => sql`UPDATE le_auth_session SET record = left(record, 40) WHERE id = ${key.toString()}`
    ).pipe(Effect.provide(sqlClient(server.url)), Effect.asVoid),
  corruptToken: (key) =>
    SqlClient.SqlClient.use(
      (sql) => sql`UPDATE le_auth_app_token SET record = left(record, 40) WHERE id = ${key.toString()}`
    ).pipe(Effect.provide(sqlClient(server.url)), Effect.asVoid),
  legacy: (key, before) =>
    SqlClient.SqlClient.use((sql) =>
      Effect.gen(function* () {
        const [row] = yield* sql<{ record: string }>`SELECT record FROM le_auth_session WHERE id = ${key.toString()}`
        // As the migration finds it, and leaves it.
        yield* sql`DELETE FROM le_auth_session WHERE id = ${key.toString()}`
        yield* sql`INSERT INTO le_auth_session (id, account_id, record, expires_at)
          VALUES (${key.toString()}, ${key.accountId}, ${before(row!.record)}, ${Number.MAX_SAFE_INTEGER})`
      })
    ).pipe(Effect.provide(sqlClient(server.url))),
  elapse: (duration) => elapseIn(server.url)(duration),
  dump: postgresDump(() => server.url)
}

provesStores(engine)
provesRecovery(engine)
provesMigrations("PostgreSQL", PostgresDatabase.make, {
  name: "ClientMigrations",
  table: "le_auth_client_migrations",
  ...ClientMigrations
})
provesCleanUp("PostgreSQL", PostgresDatabase.make)
