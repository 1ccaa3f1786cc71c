import { assert, describe, it } from "@effect/vitest"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import * as RefreshLockSql from "@le-auth/core/RefreshLockSql"
import * as SqlTemplate from "@le-auth/core/shared/SqlTemplate"
import * as NodeSqlite from "@le-auth/node/NodeSqlite"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as SqlClient from "effect/sql/SqlClient"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import * as TestClock from "effect/testing/TestClock"

const cut = new SqlError({ reason: new ConnectionError({ cause: "cut", message: "the connection was cut" }) })

/** What the line to the database does with statements that begin with a word. */
interface Line {
  /** They do not arrive. */
  lost: string | undefined
  /** They are done, but the answer is lost. */
  unanswered: string | undefined
}

/** A node with a line of its own to the database. */
const node = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const line: Line = { lost: undefined, unanswered: undefined }
  const unsafe = ((text: string, parameters: ReadonlyArray<unknown>) =>
    Effect.suspend(() => {
      const [word] = text.trim().split(" ")
      if (word === line.lost) return Effect.fail(cut)
      const statement = sql.unsafe(text, parameters)
      return word === line.unanswered ? Effect.andThen(statement, Effect.fail(cut)) : statement
    })) as unknown as SqlClient.SqlClient["unsafe"]
  const away = { unsafe, [SqlTemplate.ImmediateTypeId]: undefined }
  const client = Object.assign((...args: Parameters<typeof sql>) => sql(...args), sql, away) as SqlClient.SqlClient
  const context = yield* Layer.build(
    Layer.fresh(RefreshLockSql.layer).pipe(
      Layer.provide(Layer.succeed(SqlClient.SqlClient, client)),
      Layer.provide(Logger.layer([]))
    )
  )
  return { line, lock: Context.get(context, RefreshLock) }
})

const nodes = Effect.gen(function* () {
  const database = yield* Layer.build(Layer.fresh(NodeSqlite.layer({ filename: ":memory:" })))
  const sql = Context.get(database, SqlClient.SqlClient)
  return { one: yield* node(sql), other: yield* node(sql) }
})

/** What goes on beside the test, up to where it waits for the clock. */
const settle = Effect.repeat(Effect.yieldNow, { times: 20 })

/** Lets time pass so slowly that a fiber that waits again and again does not miss a part of it. */
const pass = (seconds: number) =>
  Effect.repeat(Effect.andThen(TestClock.adjust("100 millis"), settle), { times: seconds * 10 - 1 })

describe("a lease whose state is unknown", () => {
  it.effect("F3: is given back when its answer was lost, and another node enters at once", () =>
    Effect.gen(function* () {
      const { one, other } = yield* nodes
      one.line.unanswered = "INSERT"
      const error = yield* Effect.flip(one.lock.withLock("key", Effect.die("must not run")))
      assert.strictEqual(error._tag, "StoreError")
      yield* settle
      assert.strictEqual(yield* other.lock.withLock("key", Effect.succeed("in")), "in")
    })
  )

  it.effect(
    "F3: is given back within a second after the database is reached again; a call that failed does not wait for that",
    () =>
      Effect.gen(function* () {
        const { one, other } = yield* nodes
        Object.assign(one.line, { lost: "DELETE", unanswered: "INSERT" })
        yield* Effect.flip(one.lock.withLock("key", Effect.die("must not run")))
        const waiting = yield* Effect.forkScoped(other.lock.withLock("key", Effect.succeed("in")))
        yield* pass(5)
        assert.isUndefined(waiting.pollUnsafe())
        one.line.lost = undefined
        // A second, and some time until the other one asks again.
        yield* pass(1.5)
        assert.isDefined(waiting.pollUnsafe())
      })
  )

  it.effect("F3: is given back later when that failed after the work, whose result counts", () =>
    Effect.gen(function* () {
      const { one, other } = yield* nodes
      one.line.lost = "DELETE"
      assert.strictEqual(yield* one.lock.withLock("key", Effect.succeed("refreshed")), "refreshed")
      const waiting = yield* Effect.forkScoped(other.lock.withLock("key", Effect.succeed("in")))
      yield* pass(5)
      assert.isUndefined(waiting.pollUnsafe())
      one.line.lost = undefined
      yield* pass(1.5)
      assert.isDefined(waiting.pollUnsafe())
    })
  )
})
