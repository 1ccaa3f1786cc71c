import * as ClientMigrations from "@le-auth/core/ClientMigrations"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { sqliteFile } from "../SqliteFile.ts"
import { provesCleanUp } from "./cleanUp.ts"
import { sqliteDump } from "./dumps.ts"
import { elapseIn, sqlClient } from "./Engines.ts"
import { provesMigrations } from "./migrations.ts"
import { provesStores } from "./suites.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-stores-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))
const path = Path.join(folder, "stores.sqlite")

provesStores({
  name: "SQLite",
  url: () => `sqlite:${path}`,
  hasClock: false,
  corrupt: (key) =>
    SqlClient.SqlClient.use(
      (sql) => sql`UPDATE le_auth_session SET record = substr(record, 1, 40) WHERE id = ${key.toString()}`
    ).pipe(Effect.provide(sqlClient(`sqlite:${path}`)), Effect.asVoid),
  corruptToken: (key) =>
    SqlClient.SqlClient.use(
      (sql) => sql`UPDATE le_auth_app_token SET record = substr(record, 1, 40) WHERE id = ${key.toString()}`
    ).pipe(Effect.provide(sqlClient(`sqlite:${path}`)), Effect.asVoid),
  legacy: (key, before) =>
    SqlClient.SqlClient.use((sql) =>
      Effect.gen(function* () {
        const [row] = yield* sql<{ record: string }>`SELECT record FROM le_auth_session WHERE id = ${key.toString()}`
        // As the migration finds it, and leaves it.
        yield* sql`DELETE FROM le_auth_session WHERE id = ${key.toString()}`
        yield* sql`INSERT INTO le_auth_session (id, account_id, record, expires_at)
          VALUES (${key.toString()}, ${key.accountId}, ${before(row!.record)}, ${Number.MAX_SAFE_INTEGER})`
      })
    ).pipe(Effect.provide(sqlClient(`sqlite:${path}`))),
  elapse: (duration) => elapseIn(`sqlite:${path}`)(duration),
  dump: sqliteDump(path)
})

const newDatabase = Effect.map(sqliteFile, (file) => `sqlite:${file}`)
provesMigrations("SQLite", newDatabase, {
  name: "ClientMigrations",
  table: "le_auth_client_migrations",
  ...ClientMigrations
})
provesCleanUp("SQLite", newDatabase)
