import { assert, describe, it } from "@effect/vitest"
import * as NodeSqlite from "@le-auth/node/NodeSqlite"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { runScript, sqliteFile } from "./SqliteFile.ts"

const client = (config: NodeSqlite.NodeSqliteConfig) =>
  Effect.map(Layer.build(Layer.fresh(NodeSqlite.layer(config))), (context) => Context.get(context, SqlClient.SqlClient))

const namesOf = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ name: string }>`SELECT name FROM person ORDER BY id`, (rows) => rows.map(({ name }) => name))

const insert = (sql: SqlClient.SqlClient, name: string) => sql`INSERT INTO person ${sql.insert({ name })}`

const reasonOf = <A, R>(effect: Effect.Effect<A, SqlError, R>) =>
  Effect.map(Effect.flip(effect), (error) => error.reason._tag)

describe("files", () => {
  const people = (sql: SqlClient.SqlClient) => sql`SELECT name FROM person`

  it.effect("are made for their user only, in WAL mode, and keep what was committed", () =>
    Effect.gen(function* () {
      const filename = yield* sqliteFile
      yield* Effect.scoped(
        Effect.gen(function* () {
          const sql = yield* client({ filename })
          yield* sql`CREATE TABLE person (name TEXT)`
          yield* sql`INSERT INTO person VALUES ('ada')`
          assert.strictEqual((yield* sql`PRAGMA journal_mode`)[0]?.["journal_mode"], "wal")
          assert.strictEqual((yield* sql`PRAGMA synchronous`)[0]?.["synchronous"], 2)
          for (const file of ["", "-wal", "-shm"]) {
            assert.strictEqual(Fs.statSync(`${filename}${file}`).mode & 0o777, 0o600, file)
          }
          assert.strictEqual(Fs.statSync(Path.dirname(filename)).mode & 0o777, 0o700)
        })
      )
      assert.isFalse(Fs.existsSync(`${filename}-wal`), "the connection was not closed with its scope")
      const reader = yield* client({ filename, readonly: true })
      assert.deepStrictEqual((yield* people(reader)).length, 1)
      const inTransaction = yield* reader.withTransaction(people(reader))
      assert.lengthOf(inTransaction, 1)
      assert.strictEqual((yield* Effect.flip(reader`INSERT INTO person VALUES ('b')`))._tag, "SqlError")
    })
  )

  it.effect("the configuration comes from the environment", () =>
    Effect.gen(function* () {
      const filename = yield* sqliteFile
      const layer = NodeSqlite.layerConfig({ filename: Config.String("DATABASE_FILE") })
      yield* Effect.provide(
        SqlClient.SqlClient.use((sql) => sql`CREATE TABLE t (a)`),
        Layer.provide(layer, ConfigProvider.layer(ConfigProvider.fromUnknown({ DATABASE_FILE: filename })))
      )
      assert.isTrue(Fs.existsSync(filename))
    })
  )
})

describe("several connections", () => {
  it.live("a writer waits for another one, and the event loop goes on meanwhile", () =>
    Effect.gen(function* () {
      const filename = yield* sqliteFile
      const one = yield* client({ filename })
      const other = yield* client({ filename })
      yield* one`CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)`
      const inside = yield* Deferred.make<void>()
      const gate = yield* Deferred.make<void>()
      const holder = yield* Effect.forkScoped(
        one.withTransaction(
          Effect.gen(function* () {
            yield* insert(one, "first")
            yield* Deferred.succeed(inside, undefined)
            yield* Deferred.await(gate)
          })
        )
      )
      yield* Deferred.await(inside)
      // Readers do not wait, and see what was there before.
      assert.deepStrictEqual(yield* namesOf(other), [])
      const waiters = yield* Effect.forkScoped(
        Effect.all([other.withTransaction(insert(other, "second")), insert(other, "third")])
      )
      // Both connections are in this thread: had the waiter blocked it, the holder could never go on.
      yield* Effect.sleep("30 millis")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(holder)
      yield* Fiber.join(waiters)
      assert.deepStrictEqual(yield* namesOf(one), ["first", "second", "third"])
    })
  )

  it.live("a writer waits no longer than it should, and says that trying again may help", () =>
    Effect.gen(function* () {
      const filename = yield* sqliteFile
      const one = yield* client({ filename })
      const other = yield* client({ filename, busyTimeout: "20 millis" })
      yield* one`CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)`
      yield* one.withTransaction(
        Effect.gen(function* () {
          const error = yield* Effect.flip(insert(other, "a"))
          assert.strictEqual(error.reason._tag, "LockTimeoutError")
          assert.isTrue(error.isRetryable)
        })
      )
      yield* insert(other, "b")
    })
  )

  it.live("a transaction that began by reading and lost its data to another writer must begin anew", () =>
    Effect.gen(function* () {
      const filename = yield* sqliteFile
      const one = yield* client({ filename })
      const other = yield* client({ filename })
      yield* one`CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)`
      const readThenWrite = Effect.gen(function* () {
        yield* namesOf(one)
        yield* insert(other, "in between")
        yield* insert(one, "late")
      }).pipe(one.withTransaction, Effect.provideService(SqlClient.BeginTransaction, "BEGIN DEFERRED"))
      assert.strictEqual(yield* reasonOf(readThenWrite), "SerializationError")
      assert.deepStrictEqual(yield* namesOf(one), ["in between"])
    })
  )

  it.live("four processes that read and write lose nothing", () =>
    Effect.gen(function* () {
      const filename = yield* sqliteFile
      const sql = yield* client({ filename })
      yield* sql`CREATE TABLE counter (value INTEGER)`
      yield* sql`INSERT INTO counter VALUES (0)`
      const children = yield* Effect.all(
        Array.from({ length: 4 }, () => runScript("sqliteProcess.ts", ["count", filename, "50"]))
      )
      for (const child of children) assert.deepStrictEqual(yield* child.ended, { code: 0, output: "" })
      assert.strictEqual((yield* sql<{ value: number }>`SELECT value FROM counter`)[0]?.value, 200)
    })
  )

  it.live("a process that is killed in a transaction leaves nothing of it, and no lock", () =>
    Effect.gen(function* () {
      const filename = yield* sqliteFile
      const sql = yield* client({ filename })
      yield* sql`CREATE TABLE counter (value INTEGER)`
      yield* sql`INSERT INTO counter VALUES (0)`
      const child = yield* runScript("sqliteProcess.ts", ["hold", filename])
      yield* child.wrote("holding")
      yield* child.kill
      yield* sql.withTransaction(sql`UPDATE counter SET value = value + 1`)
      assert.strictEqual((yield* sql<{ value: number }>`SELECT value FROM counter`)[0]?.value, 1)
    })
  )
})
