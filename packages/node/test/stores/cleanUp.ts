/** What is demanded of the clean-up on every engine. */
import { assert, describe, it } from "@effect/vitest"
import * as SqlStore from "@le-auth/core/SqlStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { sqlClient } from "./Engines.ts"

const minute = 60_000

export const provesCleanUp = (engine: string, newDatabase: Effect.Effect<string, unknown, Scope.Scope>): void => {
  const fill = (sql: SqlClient.SqlClient, name: string, count: number, expiresAt: number) =>
    sql`INSERT INTO expiring ${sql.insert(
      Arr.makeBy(count, (index) => ({ id: `${name} ${index}`, expires_at: expiresAt }))
    )}`
  const idsOf = (sql: SqlClient.SqlClient) =>
    Effect.map(sql<{ id: string }>`SELECT id FROM expiring ORDER BY id`, (rows) => rows.map(({ id }) => id))
  /** A database with a table of things that expire, and two nodes at it. */
  const nodes = Effect.gen(function* () {
    const url = yield* newDatabase
    const connect = Effect.map(Layer.build(Layer.fresh(sqlClient(url))), Layer.succeedContext)
    const [one, other] = [yield* connect, yield* connect]
    const sql = yield* Effect.provide(SqlClient.SqlClient, one)
    yield* sql`CREATE TABLE expiring (id TEXT PRIMARY KEY, expires_at BIGINT NOT NULL)`
    return { sql, one, other }
  })

  describe(`clean-up on ${engine}`, () => {
    it.effect("deletes what is expired in batches, from two nodes at once, and nothing else", () =>
      Effect.gen(function* () {
        const { one, other, sql } = yield* nodes
        for (const name of ["a", "b", "c", "d"]) yield* fill(sql, name, 400, 1000)
        yield* fill(sql, "kept", 2, 1001)
        const counts = yield* Effect.all(
          [one, other].map((node) => Effect.provide(SqlStore.deleteExpired("expiring", 1000), node)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(counts[0]! + counts[1]!, 1600)
        assert.deepStrictEqual(yield* idsOf(sql), ["kept 0", "kept 1"])
      })
    )

    it.effect("runs every minute of the clock, also after it failed", () =>
      Effect.gen(function* () {
        const { one, sql } = yield* nodes
        const warnings: Array<string> = []
        const logger = Logger.map(Logger.formatLogFmt, (line) => void warnings.push(line))
        yield* fill(sql, "soon", 1, minute)
        yield* fill(sql, "kept", 1, Number.MAX_SAFE_INTEGER)
        yield* Effect.provide(SqlStore.cleanUp(["expiring"]), Layer.merge(one, Logger.layer([logger])))
        /** The database answers by the real clock, so minutes pass until it has. */
        const minutesPassUntil = (isDone: Effect.Effect<boolean, unknown>) =>
          Effect.repeat(Effect.andThen(TestClock.adjust("1 minute"), isDone), { until: (done) => done })
        const isLeft = (left: ReadonlyArray<string>) => Effect.map(idsOf(sql), (ids) => ids.join() === left.join())
        yield* minutesPassUntil(isLeft(["kept 0"]))
        yield* sql`ALTER TABLE expiring RENAME TO away`
        yield* minutesPassUntil(Effect.map(sql`SELECT 1`, () => warnings.length > 0))
        assert.include(warnings[0], "trying again in a minute")
        yield* sql`ALTER TABLE away RENAME TO expiring`
        yield* fill(sql, "soon", 1, minute)
        yield* minutesPassUntil(isLeft(["kept 0"]))
      })
    )
  })
}
