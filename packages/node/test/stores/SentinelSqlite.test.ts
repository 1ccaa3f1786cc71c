import * as SentinelMigrations from "@le-auth/sentinel/SentinelMigrations"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import { sqliteFile } from "../SqliteFile.ts"
import { provesDirectory } from "./directory.ts"
import { sqliteDump } from "./dumps.ts"
import { provesMigrations } from "./migrations.ts"
import { provesSentinelStore } from "./sentinel.ts"
import { provesDump } from "./sentinelDump.ts"
import { provesRetries } from "./sentinelRetries.ts"
import { provesState } from "./sentinelState.ts"
import { provesModel } from "./sentinelModel.ts"
import { provesProcesses } from "./sentinelProcesses.ts"
import { provesSigningKeys } from "./signingKeys.ts"

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-stores-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))
const path = Path.join(folder, "sentinel.sqlite")
const url = () => `sqlite:${path}`
const newDatabase = Effect.map(sqliteFile, (file) => `sqlite:${file}`)
const dumpOf = (url: string) => sqliteDump(url.slice("sqlite:".length))

provesSentinelStore("SQLite", url)
provesMigrations("SQLite", newDatabase, {
  name: "SentinelMigrations",
  table: "sentinel_migrations",
  ...SentinelMigrations
})
provesModel("SQLite", url, 200)
provesProcesses("SQLite", url)
provesDump("SQLite", url, sqliteDump(path))
provesSigningKeys("SQLite", newDatabase, dumpOf)
provesDirectory("SQLite", newDatabase, dumpOf)
provesState("SQLite", newDatabase)
provesRetries("SQLite", url)
