/** Several processes of an application without users on one store, for each store that processes share. */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import * as RedisDatabase from "../RedisDatabase.ts"
import { directory } from "../Samples.ts"
import { sqliteFile } from "../SqliteFile.ts"
import { provesAppTokens } from "./appTokenProcesses.ts"
import { cable } from "./Cable.ts"
import { sqlClient } from "./Engines.ts"

const postgres = PostgresDatabase.ofThisFile()
const redis = RedisDatabase.ofThisFile()

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-app-tokens-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))

const cutOff = (url: () => string) =>
  Effect.map(
    Effect.suspend(() => cable(url())),
    ({ cut, url }) => ({ url, leave: cut })
  )

/** A file of SQLite has no server that could be away, but it may be another one than those who opened it know. */
const emptied = Effect.map(sqliteFile, (path) => ({
  url: `sqlite:${path}`,
  leave: SqlClient.SqlClient.use((sql) =>
    Effect.andThen(sql`DROP TABLE le_auth_app_token`, sql`DROP TABLE le_auth_refresh_lock`)
  ).pipe(Effect.provide(sqlClient(`sqlite:${path}`)))
}))

/** Nothing can be read or made any more at the places of its files. */
const barred = Effect.map(directory, (path) => ({
  url: `file:${path}`,
  leave: Effect.sync(() => {
    for (const name of ["app-tokens.json", "locks"]) Fs.rmSync(Path.join(path, name), { recursive: true, force: true })
    Fs.mkdirSync(Path.join(path, "app-tokens.json"))
    Fs.writeFileSync(Path.join(path, "locks"), "")
  })
}))

provesAppTokens([
  { name: "PostgreSQL", url: () => postgres.url, leaving: cutOff(() => postgres.url) },
  { name: "Redis", url: () => redis.url, leaving: cutOff(() => redis.url) },
  { name: "SQLite", url: () => `sqlite:${folder}/stores.sqlite`, leaving: emptied },
  { name: "the files of a user", url: () => `file:${folder}`, leaving: barred }
])
