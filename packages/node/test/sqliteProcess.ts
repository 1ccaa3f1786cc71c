// Another process at a database: `count FILE TIMES` adds to a counter, `hold FILE` stays in a transaction.
import * as NodeSqlite from "@le-auth/node/NodeSqlite"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

const [task, filename = "", times = "0"] = process.argv.slice(2)

const count = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Read, then write: only a transaction that excludes other writers from its beginning loses nothing.
  const addOne = Effect.gen(function* () {
    const rows = yield* sql<{ value: number }>`SELECT value FROM counter`
    yield* sql`UPDATE counter SET value = ${rows[0]!.value + 1}`
  }).pipe(sql.withTransaction)
  yield* Effect.repeat(addOne, { times: Number(times) - 1 })
})

const hold = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const change = Effect.gen(function* () {
    yield* sql`UPDATE counter SET value = -1`
    yield* Effect.sync(() => process.stdout.write("holding"))
    return yield* Effect.never
  })
  return yield* sql.withTransaction(change)
})

await Effect.runPromise(
  Effect.provide(task === "hold" ? hold : count, NodeSqlite.layer({ filename, busyTimeout: "30 seconds" }))
)
