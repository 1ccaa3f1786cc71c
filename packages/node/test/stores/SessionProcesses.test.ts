/** Several processes of an application on one store, for each store that processes share. */
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import * as RedisDatabase from "../RedisDatabase.ts"
import { provesSessions } from "./sessionProcesses.ts"

const postgres = PostgresDatabase.ofThisFile()
const redis = RedisDatabase.ofThisFile()

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-processes-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))

provesSessions([
  { name: "PostgreSQL", url: () => postgres.url },
  { name: "Redis", url: () => redis.url },
  { name: "SQLite", url: () => `sqlite:${folder}/stores.sqlite` },
  // The kernel's lock does not end while its holder stands still: there no other process gets it, with or without a
  // comparison.
  { name: "the session file", url: () => `file:${folder}`, leases: () => `sqlite:${folder}/locks.sqlite` }
])
