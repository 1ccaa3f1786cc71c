import { assert, describe, it } from "@effect/vitest"
import * as NodeSqlite from "@le-auth/node/NodeSqlite"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import * as Fs from "node:fs"
import { runScript, sqliteFile } from "./SqliteFile.ts"

const client = (config: NodeSqlite.NodeSqliteConfig) =>
  Effect.map(Layer.build(Layer.fresh(NodeSqlite.layer(config))), (context) => Context.get(context, SqlClient.SqlClient))

const memory = client({ filename: ":memory:" })

/** A database in memory with a table of names. */
const names = Effect.tap(memory, (sql) => sql`CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)`)

const namesOf = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ name: string }>`SELECT name FROM person ORDER BY id`, (rows) => rows.map(({ name }) => name))

const insert = (sql: SqlClient.SqlClient, name: string) => sql`INSERT INTO person ${sql.insert({ name })}`

const reasonOf = <A, R>(effect: Effect.Effect<A, SqlError, R>) =>
  Effect.map(Effect.flip(effect), (error) => error.reason._tag)

describe("values", () => {
  it.effect("every kind of value comes back as SQLite keeps it", () =>
    Effect.gen(function* () {
      const sql = yield* memory
      const bytes = new Uint8Array([0, 255, 7])
      const date = DateTime.toDateUtc(DateTime.makeUnsafe("2026-01-02T03:04:05.678Z"))
      const rows = yield* sql`SELECT ${"é 😀 ' \0"} AS text, ${1.5} AS real, ${7} AS integer, ${null} AS absent,
        ${true} AS yes, ${false} AS no, ${date} AS date, ${bytes} AS bytes, ${2n ** 40n} AS big`
      assert.deepStrictEqual(
        { ...rows[0] },
        {
          text: "é 😀 ' \0",
          real: 1.5,
          integer: 7,
          absent: null,
          yes: 1,
          no: 0,
          date: "2026-01-02T03:04:05.678Z",
          bytes,
          big: 2 ** 40
        }
      )
    })
  )

  it.effect("integers beyond 2^53 are exact as bigint, and else an error, never another number", () =>
    Effect.gen(function* () {
      const sql = yield* memory
      const query = sql<{ value: number | bigint }>`SELECT 9007199254740993 AS value`
      const safe = yield* Effect.provideService(query, SqlClient.SafeIntegers, true)
      assert.strictEqual(safe[0]?.value, 9_007_199_254_740_993n)
      assert.strictEqual(yield* reasonOf(query), "UnknownError")
      assert.strictEqual((yield* sql<{ value: number }>`SELECT 7 AS value`)[0]?.value, 7)
    })
  )

  it.effect("rows as arrays, raw results, statements that are not kept, and names that are transformed", () =>
    Effect.gen(function* () {
      const sql = yield* client({
        filename: ":memory:",
        transformResultNames: (name) => name.toUpperCase(),
        transformQueryNames: (name) => name.toLowerCase()
      })
      yield* sql`CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT)`
      const changed = yield* sql`INSERT INTO ${sql("THING")} ${sql.insert([{ NAME: "a" }, { NAME: "b" }])}`.raw
      assert.deepStrictEqual({ ...(changed as object) }, { changes: 2, lastInsertRowid: 2 })
      assert.deepStrictEqual(yield* sql`SELECT id, name FROM thing`.values, [
        [1, "a"],
        [2, "b"]
      ])
      // The same text gives objects again after it gave arrays.
      assert.deepStrictEqual(
        (yield* sql`SELECT id, name FROM thing`).map((row) => ({ ...row })),
        [
          { ID: 1, NAME: "a" },
          { ID: 2, NAME: "b" }
        ]
      )
      assert.deepStrictEqual(
        (yield* sql`SELECT name FROM thing WHERE id = ${2}`.unprepared).map((row) => ({ ...row })),
        [{ NAME: "b" }]
      )
      assert.deepStrictEqual({ ...(yield* sql`SELECT 1 AS one`.withoutTransform)[0] }, { one: 1 })
    })
  )

  it.effect("more statements than are kept prepared go on working", () =>
    Effect.gen(function* () {
      const sql = yield* client({ filename: ":memory:", prepareCacheSize: 2 })
      for (const round of [1, 2]) {
        for (const value of [1, 2, 3, 4]) {
          const rows = yield* sql<{ value: number }>`SELECT ${sql.literal(`${value}`)} + ${round} AS value`
          assert.strictEqual(rows[0]?.value, value + round)
        }
      }
    })
  )
})

describe("errors", () => {
  it.effect("say of what kind they are", () =>
    Effect.gen(function* () {
      const sql = yield* names
      yield* insert(sql, "ada")
      assert.strictEqual(yield* reasonOf(insert(sql, "ada")), "UniqueViolation")
      assert.strictEqual(yield* reasonOf(sql`INSERT INTO person (id, name) VALUES (1, 'b')`), "UniqueViolation")
      assert.strictEqual(yield* reasonOf(sql`INSERT INTO person (name) VALUES (NULL)`), "ConstraintError")
      assert.strictEqual(yield* reasonOf(sql`SELEC 1`), "SqlSyntaxError")
      assert.strictEqual(yield* reasonOf(sql`SELECT * FROM nowhere`), "SqlSyntaxError")
      assert.strictEqual(yield* reasonOf(sql`ROLLBACK`), "UnknownError")
    })
  )

  it.effect("a file that cannot be opened is a ConnectionError that names it", () =>
    Effect.gen(function* () {
      const filename = yield* sqliteFile
      Fs.mkdirSync(filename, { recursive: true })
      const error = yield* Effect.flip(client({ filename }))
      assert.strictEqual(error.reason._tag, "ConnectionError")
      assert.include(error.message, filename)
    })
  )

  it.effect("so is one whose folder cannot be made, such as in /proc, where Node itself would try forever", () =>
    Effect.gen(function* () {
      const filename = "/proc/le-auth/state/le-auth.sqlite"
      const error = yield* Effect.flip(client({ filename }))
      assert.strictEqual(error.reason._tag, "ConnectionError")
      assert.include(error.message, `SQLite could not open ${filename}. Check the path and its permissions.`)
    })
  )

  it.live("a Node without node:sqlite is told which one has it", () =>
    Effect.gen(function* () {
      const child = yield* runScript("sqliteProcess.ts", ["count", ":memory:", "1"], ["--no-experimental-sqlite"])
      const { code, output } = yield* child.ended
      assert.strictEqual(code, 1)
      assert.include(output, "Use Node 22.13 or newer")
    })
  )
})

describe("transactions", () => {
  it.effect("keep all or nothing: after success, failure, a defect and an interruption", () =>
    Effect.gen(function* () {
      const sql = yield* names
      yield* sql.withTransaction(insert(sql, "kept"))
      const failed = yield* Effect.flip(sql.withTransaction(Effect.andThen(insert(sql, "a"), Effect.fail("planned"))))
      assert.strictEqual(failed, "planned")
      const died = yield* Effect.exit(sql.withTransaction(Effect.andThen(insert(sql, "b"), Effect.die("planned"))))
      assert.isTrue(Exit.isFailure(died) && Cause.hasDies(died.cause))
      const inside = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkScoped(
        sql.withTransaction(
          Effect.andThen(insert(sql, "c"), Effect.andThen(Deferred.succeed(inside, undefined), Effect.never))
        )
      )
      yield* Deferred.await(inside)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* namesOf(sql), ["kept"])
      yield* sql.withTransaction(insert(sql, "later"))
      assert.deepStrictEqual(yield* namesOf(sql), ["kept", "later"])
    })
  )

  it.effect("inner ones roll back alone, at any depth, and are lost with the outer one", () =>
    Effect.gen(function* () {
      const sql = yield* names
      const fails = <R>(effect: Effect.Effect<unknown, SqlError, R>) =>
        Effect.ignore(sql.withTransaction(Effect.andThen(effect, Effect.fail("planned"))))
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* insert(sql, "outer")
          yield* fails(insert(sql, "inner"))
          yield* sql.withTransaction(
            Effect.andThen(insert(sql, "middle"), fails(Effect.andThen(insert(sql, "deep"), fails(insert(sql, "x")))))
          )
        })
      )
      assert.deepStrictEqual(yield* namesOf(sql), ["outer", "middle"])
      yield* fails(sql.withTransaction(insert(sql, "inner")))
      assert.deepStrictEqual(yield* namesOf(sql), ["outer", "middle"])
    })
  )

  it.effect("a commit that fails leaves a connection that works", () =>
    Effect.gen(function* () {
      const sql = yield* names
      yield* sql`CREATE TABLE child (parent INTEGER REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED)`
      assert.strictEqual(
        yield* reasonOf(sql.withTransaction(sql`INSERT INTO child (parent) VALUES (99)`)),
        "ConstraintError"
      )
      yield* sql.withTransaction(insert(sql, "later"))
      assert.deepStrictEqual(yield* namesOf(sql), ["later"])
      assert.deepStrictEqual(yield* sql`SELECT * FROM child`, [])
    })
  )

  it.effect("of parallel fibers do not mix, and no fiber outside sees or joins one that is open", () =>
    Effect.gen(function* () {
      const sql = yield* names
      const inside = yield* Deferred.make<void>()
      const gate = yield* Deferred.make<void>()
      const open = yield* Effect.forkScoped(
        sql.withTransaction(
          Effect.gen(function* () {
            yield* insert(sql, "a")
            yield* Deferred.succeed(inside, undefined)
            yield* Deferred.await(gate)
            return yield* Effect.fail("planned")
          })
        )
      )
      yield* Deferred.await(inside)
      const reader = yield* Effect.forkScoped(namesOf(sql))
      const writer = yield* Effect.forkScoped(insert(sql, "b"))
      const waiter = yield* Effect.forkScoped(sql.withTransaction(insert(sql, "never")))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(waiter)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.await(open)
      assert.deepStrictEqual(yield* Fiber.join(reader), [])
      yield* Fiber.join(writer)
      assert.deepStrictEqual(yield* namesOf(sql), ["b"])

      yield* sql`CREATE TABLE counter (value INTEGER)`
      yield* sql`INSERT INTO counter VALUES (0)`
      const addOne = Effect.gen(function* () {
        const [row] = yield* sql<{ value: number }>`SELECT value FROM counter`
        yield* Effect.yieldNow
        yield* sql`UPDATE counter SET value = ${row!.value + 1}`
      }).pipe(sql.withTransaction)
      yield* Effect.all(
        Array.from({ length: 50 }, () => addOne),
        { concurrency: "unbounded" }
      )
      assert.strictEqual((yield* sql<{ value: number }>`SELECT value FROM counter`)[0]?.value, 50)
    })
  )

  it.effect("reactive queries run again when a transaction commits, and not when it rolls back", () =>
    Effect.gen(function* () {
      const sql = yield* NodeSqlite.make({ filename: ":memory:" })
      const reactivity = yield* Reactivity.Reactivity
      yield* sql`CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL)`
      const seen: Array<ReadonlyArray<string>> = []
      const [first, again] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      yield* sql.reactive(["person"], namesOf(sql)).pipe(
        Stream.runForEach((names) => Deferred.succeed(seen.push(names) === 1 ? first : again, undefined)),
        Effect.forkScoped
      )
      yield* Deferred.await(first)
      const change = (name: string) =>
        Effect.tap(insert(sql, name), () => sql.afterCommit(reactivity.invalidate(["person"])))
      yield* Effect.ignore(sql.withTransaction(Effect.andThen(change("lost"), Effect.fail("planned"))))
      yield* sql.withTransaction(change("ada"))
      yield* Deferred.await(again)
      assert.deepStrictEqual(seen, [[], ["ada"]])
    }).pipe(Effect.provide(Reactivity.layer))
  )
})

describe("streams", () => {
  const numbers = (sql: SqlClient.SqlClient, count: number) =>
    sql<{
      value: number
    }>`WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${count})
      SELECT value FROM n`.stream

  it.effect("give all rows in order, or as many as are wanted, and free the connection", () =>
    Effect.gen(function* () {
      const sql = yield* memory
      for (const count of [1, 127, 128, 129, 1000]) {
        const rows = yield* Stream.runCollect(numbers(sql, count))
        assert.deepStrictEqual(
          rows.map(({ value }) => value),
          Array.from({ length: count }, (_, index) => index + 1)
        )
      }
      assert.deepStrictEqual(yield* Stream.runCollect(sql`SELECT 1 AS one WHERE 0`.stream), [])
      // Endless: only a stream that is read as it goes can be cut off.
      const some = yield* Stream.runCollect(Stream.take(numbers(sql, 1e12), 300))
      assert.lengthOf(some, 300)
      assert.deepStrictEqual((yield* sql`SELECT 2 AS two`).length, 1)
    })
  )

  it.effect("inside of a transaction are not disturbed by the same statement", () =>
    Effect.gen(function* () {
      const sql = yield* names
      yield* Effect.forEach(["a", "b", "c"], (name) => insert(sql, name))
      const query = sql<{ name: string }>`SELECT name FROM person ORDER BY id`
      const seen: Array<string> = []
      yield* query.stream.pipe(
        Stream.runForEach(({ name }) => {
          seen.push(name)
          return query
        }),
        sql.withTransaction
      )
      assert.deepStrictEqual(seen, ["a", "b", "c"])
    })
  )

  it.effect("fail with the rows that cannot be read", () =>
    Effect.gen(function* () {
      const sql = yield* memory
      const error = yield* Effect.flip(Stream.runDrain(sql`SELECT json('{') AS broken`.stream))
      assert.strictEqual(error._tag, "SqlError")
      assert.strictEqual(error.reason.operation, "read the next rows")
    })
  )
})
