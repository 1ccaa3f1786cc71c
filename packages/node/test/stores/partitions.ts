/** What is demanded of the partitions that tokens have in PostgreSQL. */
import { assert, describe, it } from "@effect/vitest"
import * as SentinelMigrations from "@le-auth/sentinel/SentinelMigrations"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import { sentinelStore, sqlClient } from "./Engines.ts"

const hour = 3_600_000
const day = 24 * hour
const begin = Date.UTC(2030, 0, 1)
const owner = { accountId: "12345678", clientId: "client" }

const realClock = Clock.Clock.defaultValue()

/** A clock that stands still, while waits are by the real one: the years of these tests would be millions of waits. */
const clockAt = (now: number): Clock.Clock => ({
  currentTimeMillisUnsafe: () => now,
  currentTimeMillis: Effect.succeed(now),
  currentTimeNanosUnsafe: () => realClock.currentTimeNanosUnsafe(),
  currentTimeNanos: realClock.currentTimeNanos,
  monotonicTimeNanosUnsafe: () => realClock.monotonicTimeNanosUnsafe(),
  monotonicTimeNanos: realClock.monotonicTimeNanos,
  sleep: (duration) => realClock.sleep(duration)
})

/** A node that starts at this time, and so makes and drops partitions. */
const nodeAt = (url: string, now: number) =>
  Layer.build(Layer.fresh(sentinelStore(url))).pipe(
    Effect.provideService(Clock.Clock, clockAt(now)),
    Effect.map((context) => Context.get(context, SentinelStore))
  )

const tokensOf = (name: string, now: number) => ({
  accessId: `access ${name}`,
  accessExpiresAt: now + 8 * hour,
  refreshId: `refresh ${name}`,
  sessionIdleExpiresAt: now + 8 * hour
})

/** Signs somebody in, up to the first tokens. */
const signIn = Effect.fnUntraced(function* (
  store: SentinelStore["Service"],
  name: string,
  now: number,
  lifetime = 30 * day
) {
  const session = { id: `session ${name}`, accountId: owner.accountId, userId: name, createdAt: now, lastSeenAt: now }
  yield* store.createSession({ ...session, idleExpiresAt: now + 8 * hour, expiresAt: now + lifetime }, now)
  const grant = { ...owner, id: `grant ${name}`, userId: name, sessionId: session.id, createdAt: now, nonce: undefined }
  const absent = { redirectUri: undefined, codeChallenge: undefined }
  yield* store.issueCode({ ...absent, id: `code ${name}`, grant, expiresAt: now + 60_000 }, now)
  const tokens = tokensOf(name, now)
  assert.strictEqual((yield* store.redeemCode({ ...owner, ...absent, id: `code ${name}`, tokens }, now))._tag, "Won")
})

const rotate = (store: SentinelStore["Service"], from: string, to: string, now: number) =>
  Effect.map(
    store.rotateRefresh(
      { ...owner, id: `refresh ${from}`, seed: "seed", grace: 10_000, tokens: tokensOf(to, now) },
      now
    ),
    ({ _tag }) => _tag
  )

const isValid = (store: SentinelStore["Service"], name: string, now: number) =>
  Effect.map(store.findAccess(`access ${name}`, now), Option.isSome)

const connect = (url: string) =>
  Effect.map(Layer.build(Layer.fresh(sqlClient(url))), (context) => Context.get(context, SqlClient.SqlClient))

export const provesPartitions = (newDatabase: Effect.Effect<string, unknown, Scope.Scope>): void => {
  const open = Effect.gen(function* () {
    const url = yield* newDatabase
    const sql = yield* connect(url)
    return {
      url,
      sql,
      partitions: (table: string) =>
        Effect.map(
          sql<{ name: string }>`SELECT inhrelid::regclass::text AS name FROM pg_inherits
            WHERE inhparent = ${table}::regclass ORDER BY name`,
          (rows) => rows.map(({ name }) => name)
        ),
      /** Which partition each row is in. */
      rows: (table: string) =>
        Effect.map(
          sql<{ id: string; name: string }>`SELECT id, tableoid::regclass::text AS name FROM ${sql(table)}`,
          (rows) => Object.fromEntries(rows.map(({ id, name }) => [id, name]))
        )
    }
  })

  describe("partitions of Sentinel's tokens", () => {
    it.live("tokens go to the partition of their day or week, and the past ones are dropped", () =>
      Effect.gen(function* () {
        const { partitions, rows, url } = yield* open
        const first = yield* nodeAt(url, begin)
        yield* signIn(first, "a", begin)
        assert.deepStrictEqual(yield* rows("sentinel_access"), { "access a": "sentinel_access_2030_01_01" })
        assert.deepStrictEqual(yield* rows("sentinel_refresh"), { "refresh a": "sentinel_refresh_2030_02_07" })
        for (let passed = 1; passed <= 60; passed += 3) {
          const now = begin + passed * day
          const node = yield* nodeAt(url, now)
          yield* signIn(node, `day ${passed}`, now)
          assert.isTrue(yield* isValid(node, `day ${passed}`, now))
        }
        const accesses = yield* rows("sentinel_access")
        assert.deepStrictEqual(accesses, { "access day 58": "sentinel_access_2030_02_28" })
        const refreshes = yield* rows("sentinel_refresh")
        assert.notProperty(refreshes, "refresh a")
        assert.property(refreshes, "refresh day 31")
        assert.notInclude(Object.values(refreshes), "sentinel_refresh_default")
        assert.lengthOf(yield* partitions("sentinel_access"), 4)
        assert.isBelow((yield* partitions("sentinel_refresh")).length, 10)
      })
    )

    it.live("the rows of a database from before are kept, and work on", () =>
      Effect.gen(function* () {
        const { rows, sql, url } = yield* open
        const before = Object.entries(SentinelMigrations.migrations).filter(([name]) => Number.parseInt(name) < 5)
        yield* Migrator.make({})({
          loader: Migrator.fromRecord(Object.fromEntries(before)),
          table: "sentinel_migrations"
        }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
        yield* sql`INSERT INTO sentinel_session VALUES
          ('session a', '12345678', 'a', ${begin}, ${begin}, ${begin + day}, ${begin + 30 * day}, NULL, ${begin + 37 * day})`
        yield* sql`INSERT INTO sentinel_grant VALUES
          ('grant a', '12345678', 'client', 'a', 'session a', ${begin}, NULL, NULL, ${begin + 37 * day})`
        yield* sql`INSERT INTO sentinel_refresh VALUES ('refresh a', 'grant a', NULL, NULL, NULL, ${begin + 37 * day})`
        yield* sql`INSERT INTO sentinel_access VALUES ('access a', 'grant a', ${begin + hour}, ${begin + hour})`
        const node = yield* nodeAt(url, begin)
        assert.isTrue(yield* isValid(node, "a", begin))
        assert.strictEqual(yield* rotate(node, "a", "b", begin), "Rotated")
        assert.strictEqual(yield* rotate(node, "a", "c", begin + 20_000), "Reused")
        yield* signIn(node, "d", begin + day)
        assert.deepStrictEqual(yield* rows("sentinel_access"), {
          "access a": "sentinel_access_before",
          "access b": "sentinel_access_before",
          "access d": "sentinel_access_2030_01_02"
        })
        yield* nodeAt(url, begin + 60 * day)
        assert.deepStrictEqual(yield* rows("sentinel_refresh"), {})
      })
    )

    it.live("nothing is refused after the clock jumped, and back; what came to the default partition is deleted", () =>
      Effect.gen(function* () {
        const { partitions, rows, url } = yield* open
        const node = yield* nodeAt(url, begin)
        const later = begin + 400 * day
        yield* signIn(node, "later", later)
        assert.isTrue(yield* isValid(node, "later", later))
        assert.strictEqual((yield* rows("sentinel_access"))["access later"], "sentinel_access_default")
        const other = yield* nodeAt(url, later)
        assert.strictEqual(yield* rotate(other, "later", "next", later), "Rotated")
        yield* signIn(other, "tomorrow", later + day)
        assert.strictEqual((yield* rows("sentinel_access"))["access tomorrow"], "sentinel_access_2031_02_06")
        const back = yield* nodeAt(url, begin)
        yield* signIn(back, "back", begin)
        assert.isTrue(yield* isValid(back, "back", begin))
        yield* nodeAt(url, later + 100 * day)
        // The database answers by the real clock.
        yield* Effect.repeat(rows("sentinel_access"), { until: (left) => Object.keys(left).length === 0 })
        assert.isBelow((yield* partitions("sentinel_refresh")).length, 12)
      })
    )

    it.live("sessions that live longer get partitions, too, as soon as they are seen", () =>
      Effect.gen(function* () {
        const { rows, url } = yield* open
        let reached = 0
        for (let week = 0; week < 6; week++) {
          const now = begin + week * 7 * day
          yield* signIn(yield* nodeAt(url, now), `week ${week}`, now, 90 * day)
          // A minute later.
          yield* nodeAt(url, now + 60_000)
        }
        for (const name of Object.values(yield* rows("sentinel_refresh"))) if (!name.endsWith("_default")) reached++
        assert.strictEqual(reached, 5)
      })
    )

    it.live("of eight nodes at once one makes each partition, and no start fails", () =>
      Effect.gen(function* () {
        const { partitions, url } = yield* open
        yield* Effect.all(
          Array.from({ length: 8 }, () => nodeAt(url, begin)),
          { concurrency: "unbounded" }
        )
        const names = ["01_01", "01_02", "01_03"].map((date) => `sentinel_access_2030_${date}`)
        assert.deepStrictEqual(yield* partitions("sentinel_access"), [...names, "sentinel_access_default"])
      })
    )

    it.live("a long reading of the tables, such as a backup, holds up neither requests nor a start", () =>
      Effect.gen(function* () {
        const { partitions, sql, url } = yield* open
        yield* nodeAt(url, begin)
        const now = begin + 2 * day
        yield* sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`SELECT count(*) FROM sentinel_access`
            const node = yield* nodeAt(url, now)
            yield* signIn(node, "during", now)
            assert.isTrue(yield* isValid(node, "during", now))
            assert.include(yield* partitions("sentinel_access"), "sentinel_access_2030_01_01")
          })
        )
        // A start takes it away, unless another upkeep is just at it.
        const isThere = Effect.map(partitions("sentinel_access"), (names) =>
          names.includes("sentinel_access_2030_01_01")
        )
        for (let starts = 0; starts < 20 && (yield* isThere); starts++) yield* nodeAt(url, now)
        assert.isFalse(yield* isThere)
      })
    )

    it.live("a user who does not own the tables works with them as they are", () =>
      Effect.gen(function* () {
        const { partitions, rows, sql, url } = yield* open
        yield* Effect.provideService(SentinelMigrations.run, SqlClient.SqlClient, sql)
        const before = yield* partitions("sentinel_access")
        const name = `guest_${new URL(url).pathname.slice(1)}`
        yield* Effect.acquireRelease(sql`CREATE ROLE ${sql(name)} LOGIN PASSWORD 'guest'`, () =>
          Effect.orDie(Effect.andThen(sql`DROP OWNED BY ${sql(name)}`, sql`DROP ROLE ${sql(name)}`))
        )
        yield* sql`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${sql(name)}`
        const node = yield* nodeAt(Object.assign(new URL(url), { username: name, password: "guest" }).href, begin)
        yield* signIn(node, "guest", begin)
        assert.isTrue(yield* isValid(node, "guest", begin))
        assert.deepStrictEqual(yield* partitions("sentinel_access"), before)
        assert.deepStrictEqual(yield* rows("sentinel_access"), { "access guest": "sentinel_access_default" })
      })
    )
  })
}
