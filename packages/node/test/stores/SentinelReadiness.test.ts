/** Sentinel is not ready when a sign-in could not be kept, whatever the reason. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import * as Fs from "node:fs"
import { start } from "../../../sentinel/test/Harness.ts"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import { sqliteFile } from "../SqliteFile.ts"
import { sqlClient } from "./Engines.ts"

const live = Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())

/** Green, then red with a reason after what `breaks`, and green again after what `mends`; alive all the time. */
const turns = Effect.fnUntraced(function* (
  url: string,
  breaks: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>,
  mends: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>
) {
  const context = yield* live(Layer.build(SentinelStoreSql.layer.pipe(Layer.provideMerge(sqlClient(url)))))
  const sql = Context.get(context, SqlClient.SqlClient)
  const sentinel = yield* start({ store: Context.get(context, SentinelStore) })
  const ask = Effect.fnUntraced(function* () {
    const response = yield* sentinel.fetch("/health/ready")
    assert.strictEqual((yield* sentinel.fetch("/health/live")).status, 200)
    return { status: response.status, text: yield* Effect.promise(() => response.text()) }
  })
  assert.deepStrictEqual(yield* ask(), { status: 200, text: '{"status":"ready"}' })
  yield* breaks(sql)
  yield* TestClock.adjust("5 seconds")
  // At first it may be a connection that is gone.
  for (let seconds = 0; seconds < 12 && !(yield* ask()).text.includes("cannot write"); seconds++) {
    yield* TestClock.adjust("1 second")
  }
  const red = yield* ask()
  assert.strictEqual(red.status, 503)
  assert.include(red.text, "cannot write")
  yield* mends(sql)
  // Connections that were ended are found to be so one by one.
  for (let seconds = 0; seconds < 12; seconds++) {
    yield* TestClock.adjust("1 second")
    if ((yield* ask()).status === 200) return
  }
  assert.deepStrictEqual(yield* ask(), { status: 200, text: '{"status":"ready"}' })
})

/** As an operator does it, past the database that is looked at. */
const operate = (
  url: string,
  statements: (sql: SqlClient.SqlClient) => ReadonlyArray<Effect.Effect<unknown, unknown>>
) =>
  SqlClient.SqlClient.use((sql) => Effect.all(statements(sql), { discard: true })).pipe(
    Effect.provide(
      PgClient.layer({
        url: Redacted.make(Object.assign(new URL(url), { pathname: "/postgres" }).href),
        maxConnections: 1
      })
    ),
    live
  )

describe("R92: readiness over a database that reads and does not write", () => {
  it.effect("R92: PostgreSQL that takes no writes, as a standby after a failover", () =>
    Effect.gen(function* () {
      const url = yield* PostgresDatabase.make
      const name = new URL(url).pathname.slice(1)
      const setTo = (value: string) =>
        operate(url, (sql) => [
          sql`ALTER DATABASE ${sql(name)} SET default_transaction_read_only = ${sql.literal(value)}`,
          sql`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = ${name}`
        ])
      yield* turns(
        url,
        () => setTo("on"),
        () => setTo("off")
      )
    })
  )

  it.effect("R92: a user of PostgreSQL who lost the right to write", () =>
    Effect.gen(function* () {
      const url = yield* PostgresDatabase.make
      const owner = Context.get(yield* live(Layer.build(sqlClient(url, 1))), SqlClient.SqlClient)
      const role = `${new URL(url).pathname.slice(1)}_user`
      yield* live(Effect.scoped(Layer.build(SentinelStoreSql.layer.pipe(Layer.provide(sqlClient(url))))))
      yield* owner`CREATE ROLE ${owner(role)} LOGIN PASSWORD 'planted'`
      yield* Effect.addFinalizer(() =>
        Effect.orDie(Effect.andThen(owner`DROP OWNED BY ${owner(role)}`, owner`DROP ROLE ${owner(role)}`))
      )
      const grant = owner`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${owner(role)}`
      yield* grant
      yield* turns(
        Object.assign(new URL(url), { username: role, password: "planted" }).href,
        () => owner`REVOKE INSERT, UPDATE ON ALL TABLES IN SCHEMA public FROM ${owner(role)}`,
        () => grant
      )
    })
  )

  it.effect("R92: SQLite that takes no writes", () =>
    Effect.gen(function* () {
      yield* turns(
        `sqlite:${yield* sqliteFile}`,
        (sql) => sql`PRAGMA query_only = ON`,
        (sql) => sql`PRAGMA query_only = OFF`
      )
    })
  )

  it.effect("R92: a file of SQLite that somebody took away, or put another one in its place", () =>
    Effect.gen(function* () {
      const file = yield* sqliteFile
      const move = (from: string, to: string) => Effect.sync(() => Fs.renameSync(from, to))
      yield* turns(
        `sqlite:${file}`,
        () => move(file, `${file}.away`),
        () => move(`${file}.away`, file)
      )
      yield* turns(
        `sqlite:${file}`,
        () =>
          Effect.andThen(
            move(file, `${file}.away`),
            Effect.sync(() => Fs.writeFileSync(file, ""))
          ),
        () => move(`${file}.away`, file)
      )
    })
  )
})
