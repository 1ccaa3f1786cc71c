import * as SentinelMigrations from "@le-auth/sentinel/SentinelMigrations"
import * as Effect from "effect/Effect"
import * as ClientMigrations from "@le-auth/core/ClientMigrations"
import * as SqlClient from "effect/sql/SqlClient"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { sqliteFile } from "../SqliteFile.ts"
import { provesCleanUp } from "./cleanUp.ts"
import { provesDirectory } from "./directory.ts"
import { sqliteDump } from "./dumps.ts"
import { sqlClient } from "./Engines.ts"
import { provesMigrations } from "./migrations.ts"
import { provesDump } from "./sentinelDump.ts"
import { provesProcesses } from "./sentinelProcesses.ts"
import { provesModel } from "./sentinelModel.ts"
import { provesSentinelStore } from "./sentinel.ts"
import { provesSigningKeys } from "./signingKeys.ts"
import { provesStores } from "./suites.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-stores-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))
const path = Path.join(folder, "stores.sqlite")
const database = sqlClient(`sqlite:${path}`)

const dump = sqliteDump(path)

provesStores({
  name: "SQLite",
  url: () => `sqlite:${path}`,
  hasClock: false,
  corrupt: (key) =>
    Effect.provide(
      SqlClient.SqlClient.use(
        (sql) => sql`UPDATE le_auth_session SET record = substr(record, 1, 40) WHERE id = ${key.toString()}`
      ),
      database
    ).pipe(Effect.asVoid),
  dump
})

const newDatabase = Effect.map(sqliteFile, (file) => `sqlite:${file}`)
provesMigrations("SQLite", newDatabase, {
  name: "ClientMigrations",
  table: "le_auth_client_migrations",
  ...ClientMigrations
})
provesCleanUp("SQLite", newDatabase)

provesSentinelStore("SQLite", () => `sqlite:${path}`)
provesMigrations("SQLite", newDatabase, {
  name: "SentinelMigrations",
  table: "sentinel_migrations",
  ...SentinelMigrations
})
provesModel("SQLite", () => `sqlite:${path}`, 200)
provesProcesses("SQLite", () => `sqlite:${path}`)
provesDump("SQLite", () => `sqlite:${path}`, dump)
provesSigningKeys("SQLite", newDatabase, (url) => sqliteDump(url.slice("sqlite:".length)))
provesDirectory("SQLite", newDatabase, (url) => sqliteDump(url.slice("sqlite:".length)))
