/** What is demanded of Sentinel's store on every engine. */
import { assert, describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as SqlStore from "@le-auth/core/SqlStore"
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import { StoreInspection } from "@le-auth/sentinel/StoreInspection"
import * as StoreInspectionSql from "@le-auth/sentinel/StoreInspectionSql"
import * as SentinelStoreSuite from "@le-auth/testing/SentinelStoreSuite"
import * as StoreInspectionSuite from "@le-auth/testing/StoreInspectionSuite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { provesLifetimes } from "../../../sentinel/test/proof/Lifetimes.ts"
import { provesQuotas } from "../../../sentinel/test/proof/Quotas.ts"
import { sentinelStore, sqlClient } from "./Engines.ts"
import { now, sessionOf } from "./sentinelFlow.ts"

/** The same, and the inspection of it. */
export const inspectedStore = (url: string) =>
  Layer.merge(SentinelStoreSql.layer, StoreInspectionSql.layer).pipe(Layer.provide(sqlClient(url)), Layer.orDie)

export const provesSentinelStore = (engine: string, url: () => string): void => {
  const layer = Layer.unwrap(Effect.sync(() => sentinelStore(url())))
  SentinelStoreSuite.suite(engine, layer, { second: layer, timeout: "100 seconds" })
  const inspected = Layer.unwrap(Effect.sync(() => inspectedStore(url())))
  StoreInspectionSuite.suite(engine, inspected, { second: inspected, timeout: "100 seconds" })

  const database = Layer.unwrap(Effect.sync(() => sqlClient(url())))
  const tables = ["sentinel_code", "sentinel_grant", "sentinel_session", "sentinel_refresh", "sentinel_access"]
  const tidy = (now: number) =>
    Effect.forEach(tables, (table) => SqlStore.deleteExpired(table, now, "forget_at"), { discard: true }).pipe(
      Effect.provide(database)
    )
  provesLifetimes(engine, layer, tidy)
  provesQuotas(engine, inspected)

  describe(`StoreInspection: ${engine}, at its limits`, () => {
    const everything = { now, limit: 10, onlyAlive: false }

    it.effect("a document that the database refuses half-way changes nothing", () =>
      Effect.gen(function* () {
        const inspection = yield* StoreInspection
        yield* inspection.clear
        yield* SentinelStore.use((store) => store.createSession(sessionOf("kept"), now))
        const dump = yield* inspection.dump
        const accesses = [["an access token", { grantId: null as unknown as string, expiresAt: now }]] as const
        const refused = yield* Effect.flip(inspection.load({ ...dump, sessions: [], accesses }))
        assert.strictEqual(refused._tag, "StoreError")
        assert.deepStrictEqual(yield* inspection.dump, dump)
        assert.strictEqual((yield* inspection.sessions(everything)).total, 1)
      }).pipe(Effect.provide(inspected))
    )

    it.effect("of 100,001 sessions the newest are listed, the newest thousand counted, and no document is made", () =>
      Effect.gen(function* () {
        const inspection = yield* StoreInspection
        yield* inspection.clear
        yield* SqlClient.SqlClient.use(
          (sql) => sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100001)
              INSERT INTO sentinel_session
                (id, account_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at, forget_at)
              SELECT 'session ' || i, 'account', 'user', i, i, i + 1000000, i + 1000000, i + 2000000 FROM n`
        ).pipe(Effect.provide(Layer.unwrap(Effect.sync(() => sqlClient(url())))))
        const listed = yield* inspection.sessions({ now: 100_002, limit: 2, onlyAlive: true })
        assert.deepStrictEqual(
          listed.newest.map(({ session }) => session.id),
          ["session 100001", "session 100000"]
        )
        assert.deepStrictEqual([listed.total, listed.isPartial], [1000, true])
        assert.strictEqual(yield* inspection.count(100_002), 100_001)
        const refused = yield* Effect.flip(inspection.dump)
        assert.strictEqual(refused._tag, "StoreTooLarge")
        assert.include(refused.message, "more than 100000 sessions")
        yield* inspection.clear
        assert.strictEqual(yield* inspection.count(100_002), 0)
      }).pipe(Effect.provide(inspected))
    )
  })
}
