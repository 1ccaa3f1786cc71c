/** What is demanded of the plans that PostgreSQL makes for the statements of Sentinel's store. */
import { assert, describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { sqlClient } from "./Engines.ts"
import { codeOf, now, owner, redemption, rotation, sessionOf } from "./sentinelFlow.ts"

const signIns = 300

const signIn = (store: SentinelStore["Service"], name: string) =>
  Effect.gen(function* () {
    yield* store.createSession(sessionOf(name), now)
    yield* store.issueCode(codeOf(name), now)
    yield* store.redeemCode(redemption(name), now)
    yield* store.rotateRefresh(rotation(name), now)
    yield* store.findAccess(`${name} second access`, now)
    yield* store.findSession(`${name} session`, now)
    yield* store.touchSession(`${name} session`, now + 1, now)
  })

export const provesPlans = (newDatabase: Effect.Effect<string, unknown, Scope.Scope>): void => {
  describe("plans of Sentinel's statements", () => {
    it.effect(
      "no request goes through a table, also while PostgreSQL knows nothing of it and keeps the plans of its first minute",
      () =>
        Effect.gen(function* () {
          // One connection, so that it tells what it has done.
          const database = sqlClient(yield* newDatabase, 1)
          yield* Effect.gen(function* () {
            const sql = yield* SqlClient.SqlClient
            const store = yield* SentinelStore
            const readBySequence = Effect.gen(function* () {
              yield* sql`SELECT pg_stat_force_next_flush()`
              const [row] = yield* sql<{ readonly rows: number }>`SELECT sum(seq_tup_read)::float8 AS rows
                FROM pg_stat_user_tables WHERE relname LIKE 'sentinel%'`
              return row!.rows
            })
            // Else autovacuum tells it, at some moment, that the tables are small, and to go through a small table is
            // right.
            yield* sql`DO $$ DECLARE name regclass; BEGIN
              FOR name IN SELECT oid FROM pg_class WHERE relname LIKE 'sentinel%' AND relkind = 'r' LOOP
                EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name);
              END LOOP;
            END $$`
            const before = yield* readBySequence
            for (let index = 0; index < signIns; index++) yield* signIn(store, `planned ${index}`)
            yield* store.revokeToken({ ...owner, id: "planned 0 second refresh" }, now)
            assert.strictEqual((yield* store.findAccess("planned 1 second access", now))._tag, "Some")
            assert.isBelow((yield* readBySequence) - before, signIns)
          }).pipe(Effect.provide(SentinelStoreSql.layer.pipe(Layer.provideMerge(database))))
        })
    )
  })
}
