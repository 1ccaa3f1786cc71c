import { assert, describe, it } from "@effect/vitest"
import * as SqlTemplate from "@le-auth/core/shared/SqlTemplate"
import * as NodeSqlite from "@le-auth/node/NodeSqlite"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import * as Statement from "effect/sql/Statement"
import * as Tracer from "effect/Tracer"
import { sqliteFile } from "./SqliteFile.ts"

interface Person {
  readonly id: number
  readonly name: string
}

const client = (config: NodeSqlite.NodeSqliteConfig) =>
  Effect.map(Layer.build(Layer.fresh(NodeSqlite.layer(config))), (context) => Context.get(context, SqlClient.SqlClient))

const over = (sql: SqlClient.SqlClient) => ({
  sql,
  add: SqlTemplate.make<Person>(sql, ({ id, name }) => sql`INSERT INTO person (id, name) VALUES (${id}, ${name})`),
  addTemplate: SqlTemplate.template<Person>(
    ({ id, name }) => sql`INSERT INTO person (id, name) VALUES (${id}, ${name})`
  ),
  find: SqlTemplate.make<Pick<Person, "id">, Person>(
    sql,
    ({ id }) => sql`SELECT id, name FROM person WHERE ${sql("id")} = ${id} AND ${id} > ${0}`
  ),
  names: Effect.map(sql<{ name: string }>`SELECT name FROM person ORDER BY id`, (rows) => rows.map(({ name }) => name))
})

const people = (config: NodeSqlite.NodeSqliteConfig = { filename: ":memory:" }) =>
  Effect.map(
    Effect.tap(client(config), (sql) => sql`CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)`),
    over
  )

/** Makes effect's client run every statement, as with a driver that is not in the process. */
const watched: Statement.Transformer = (statement) => Effect.succeed(statement)

for (const [way, transformer] of [
  ["at once", undefined],
  ["through effect's client", watched]
] as const) {
  const test = <E>(name: string, effect: Effect.Effect<unknown, E, Scope.Scope>) =>
    it.effect(name, () => Effect.provideService(effect, Statement.CurrentTransformer, transformer))

  describe(`templates, ${way}`, () => {
    test(
      "each use has its own values, wherever they are and however often",
      Effect.gen(function* () {
        const { add, find } = yield* people()
        yield* Effect.forEach(["ada", "é 😀 ' \0"], (name, index) => add({ id: index + 1, name }))
        const found = yield* Effect.forEach([2, 1, 3], (id) => find({ id }))
        assert.deepStrictEqual(
          found.map((rows) => rows.map(({ name }) => name)),
          [["é 😀 ' \0"], ["ada"], []]
        )
      })
    )

    test(
      "errors say of what kind they are",
      Effect.gen(function* () {
        const { add } = yield* people()
        yield* add({ id: 1, name: "ada" })
        const error = yield* Effect.flip(add({ id: 2, name: "ada" }))
        assert.deepStrictEqual([error._tag, error.reason._tag], ["SqlError", "UniqueViolation"])
      })
    )

    test(
      "integers come as bigint where that was asked for",
      Effect.gen(function* () {
        const { add, find } = yield* people()
        yield* add({ id: 1, name: "ada" })
        const [row] = yield* Effect.provideService(find({ id: 1 }), SqlClient.SafeIntegers, true)
        assert.strictEqual<unknown>(row?.id, 1n)
      })
    )

    test(
      "names are transformed as the client says",
      Effect.gen(function* () {
        const sql = yield* client({
          filename: ":memory:",
          transformResultNames: (name) => name.toUpperCase(),
          transformQueryNames: (name) => name.toLowerCase()
        })
        const one = SqlTemplate.make<{ readonly value: number }, { readonly NAME: number }>(
          sql,
          ({ value }) => sql`SELECT ${value} AS ${sql("NAME")}`
        )
        assert.strictEqual((yield* one({ value: 7 }))[0]?.NAME, 7)
      })
    )

    test(
      "a statement in a transaction belongs to it",
      Effect.gen(function* () {
        const { add, find, names, sql } = yield* people()
        const inside = Effect.andThen(add({ id: 1, name: "lost" }), find({ id: 1 }))
        assert.lengthOf(yield* sql.withTransaction(inside), 1)
        yield* Effect.flip(sql.withTransaction(Effect.andThen(add({ id: 2, name: "b" }), Effect.fail("planned"))))
        assert.deepStrictEqual(yield* names, ["lost"])
      })
    )

    test(
      "no fiber joins the transaction of another one",
      Effect.gen(function* () {
        const { add, addTemplate, names, sql } = yield* people()
        const [inside, gate] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const open = yield* Effect.forkScoped(
          sql.withTransaction(
            Effect.andThen(
              add({ id: 1, name: "lost" }),
              Effect.andThen(
                Deferred.succeed(inside, undefined),
                Effect.andThen(Deferred.await(gate), Effect.fail("planned"))
              )
            )
          )
        )
        yield* Deferred.await(inside)
        const alone = yield* Effect.forkScoped(add({ id: 2, name: "alone" }))
        const together = yield* Effect.forkScoped(
          SqlTemplate.transaction(sql, function* () {
            yield addTemplate({ id: 3, name: "together" })
          })
        )
        yield* Effect.yieldNow
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.await(open)
        yield* Fiber.join(alone)
        yield* Fiber.join(together)
        assert.deepStrictEqual(yield* names, ["alone", "together"])
      })
    )

    test(
      "of steps all are kept or none, and each is given the rows of the one before",
      Effect.gen(function* () {
        const { addTemplate, names, sql } = yield* people()
        const count = SqlTemplate.template<object, { readonly count: number }>(
          () => sql`SELECT count(*) AS count FROM person`
        )
        const steps = (ids: ReadonlyArray<number>) =>
          SqlTemplate.transaction(sql, function* (): SqlTemplate.StatementGenerator<number> {
            for (const id of ids) yield addTemplate({ id, name: `${id}` })
            return (yield count({}))[0].count
          })
        assert.strictEqual(yield* steps([1, 2]), 2)
        const error = yield* Effect.flip(steps([3, 4, 1]))
        assert.strictEqual(error.reason._tag, "UniqueViolation")
        assert.deepStrictEqual(yield* names, ["1", "2"])
        yield* Effect.flip(sql.withTransaction(Effect.andThen(steps([5]), Effect.fail("planned"))))
        assert.strictEqual(yield* steps([3]), 3)
      })
    )

    test(
      "a statement waits for another connection that is in the way",
      Effect.gen(function* () {
        const filename = yield* sqliteFile
        const { add, addTemplate, find, names, sql } = yield* people({ filename })
        const other = over(yield* client({ filename }))
        const [inside, gate] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        yield* Effect.forkScoped(
          other.sql.withTransaction(
            Effect.andThen(
              other.add({ id: 1, name: "first" }),
              Effect.andThen(Deferred.succeed(inside, undefined), Deferred.await(gate))
            )
          )
        )
        yield* Deferred.await(inside)
        const alone = yield* Effect.forkScoped(add({ id: 2, name: "second" }))
        const together = yield* Effect.forkScoped(
          SqlTemplate.transaction(sql, function* () {
            yield addTemplate({ id: 3, name: "third" })
          })
        )
        yield* Effect.yieldNow
        assert.isUndefined(alone.pollUnsafe() ?? together.pollUnsafe())
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(alone)
        yield* Fiber.join(together)
        assert.deepStrictEqual(yield* names, ["first", "second", "third"])
        assert.lengthOf(yield* find({ id: 3 }), 1)
      })
    )
  })
}

describe("templates", () => {
  it.effect("a tracer sees the span of each statement", () =>
    Effect.gen(function* () {
      const { add, addTemplate, sql } = yield* people()
      const spans: Array<string> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(options.name)
          return span
        }
      })
      yield* Effect.gen(function* () {
        yield* add({ id: 1, name: "a" })
        yield* SqlTemplate.transaction(sql, function* () {
          yield addTemplate({ id: 2, name: "b" })
        })
      }).pipe(Effect.withTracer(tracer))
      assert.deepStrictEqual(spans, ["sqlite", "sql.transaction", "sqlite"])
    })
  )
})
