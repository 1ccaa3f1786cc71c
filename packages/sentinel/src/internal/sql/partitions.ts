/**
 * Tokens in PostgreSQL are in partitions by the time from which a row may be forgotten, which a row keeps from its
 * first moment on, so that none ever moves. A past partition is dropped: that costs the same for one row as for a
 * billion, writes nothing for each of them and leaves nothing to vacuum.
 *
 * Codes and sessions are not: their ids have to be unique, whatever their time is, because a form that is sent twice
 * makes the same code. Nor are grants: they are joined by their id alone, and each partition would be one more probe of
 * every join.
 */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Statement } from "effect/sql/Statement"

interface Table {
  readonly name: string
  /** Of one partition, in milliseconds. */
  readonly width: number
  /** How many partitions there are at least, from now on. */
  readonly ahead: number
  /** Room for the changes of a row in place, see `SentinelMigrations`. */
  readonly storage: string
}

const day = 24 * 3_600_000

/**
 * An access token is forgotten when it expires, after 8 hours; a refresh token 7 days after its session, which has 30.
 */
export const tables: ReadonlyArray<Table> = [
  { name: "sentinel_access", width: day, ahead: 3, storage: "" },
  { name: "sentinel_refresh", width: 7 * day, ahead: 7, storage: "WITH (fillfactor = 70)" }
]

/** What is even later is in the default partition. */
const most = 26

export const defaultOf = (name: string): string => `${name}_default`

const ifPostgres = (
  make: (sql: SqlClient.SqlClient) => Effect.Effect<void, SqlError>
): Effect.Effect<void, SqlError, SqlClient.SqlClient> =>
  SqlClient.SqlClient.use((sql) => sql.onDialectOrElse({ pg: () => make(sql), orElse: () => Effect.void }))

/**
 * Makes the tables partitioned. The old one becomes the first partition as it is, so no row is copied. The default
 * partition takes what no other does, so that nothing is ever refused.
 */
export const create: Effect.Effect<void, SqlError, SqlClient.SqlClient> = ifPostgres((sql) =>
  Effect.forEach(
    tables,
    Effect.fnUntraced(function* ({ name, storage, width }) {
      const before = `${name}_before`
      const [table, old, rest] = [sql(name), sql(before), sql(defaultOf(name))]
      yield* sql`ALTER TABLE ${table} RENAME TO ${old}`
      const [row] = yield* sql<{ last: bigint | null }>`SELECT max(forget_at) AS last FROM ${old}`
      const end = row?.last == null ? 0 : (Math.floor(Number(row.last) / width) + 1) * width
      yield* sql`CREATE TABLE ${table} (LIKE ${old}) PARTITION BY RANGE (forget_at)`
      yield* sql`ALTER TABLE ${table} ATTACH PARTITION ${old} FOR VALUES FROM (MINVALUE) TO (${sql.literal(`${end}`)})`
      yield* sql`CREATE TABLE ${rest} PARTITION OF ${table} (PRIMARY KEY (id)) DEFAULT ${sql.literal(storage)}`
      yield* sql`CREATE INDEX ${sql(`${defaultOf(name)}_forget_at`)} ON ${rest} (forget_at)`
    }),
    { discard: true }
  )
)

interface Partition {
  readonly name: string
  /** Absent for the default. */
  readonly start: number | undefined
  readonly end: number | undefined
}

/** By its first day, so that operators can read it: `sentinel_access_2026_01_31`. */
const nameOf = (table: string, start: number): string =>
  `${table}_${DateTime.formatIsoDateUtc(DateTime.makeUnsafe(start)).replaceAll("-", "_")}`

/** PostgreSQL tells bounds only as it would write them: `FOR VALUES FROM ('0') TO ('86400000')`. */
const boundOf = (text: string, word: "FROM" | "TO"): number | undefined => {
  const found = new RegExp(`${word} \\((MINVALUE|'(-?\\d+)')\\)`).exec(text)
  return found === null ? undefined : found[2] === undefined ? -Infinity : Number(found[2])
}

/** None if the user of the database does not own the table, and so may not change it. */
const partitionsOf = (sql: SqlClient.SqlClient, name: string): Effect.Effect<ReadonlyArray<Partition>, SqlError> =>
  Effect.map(
    sql<{ name: string; bound: string }>`SELECT p.relname AS name, pg_get_expr(p.relpartbound, p.oid) AS bound
      FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid JOIN pg_class t ON t.oid = i.inhparent
      WHERE i.inhparent = to_regclass(${name}) AND pg_has_role(t.relowner, 'USAGE')`,
    Arr.map(({ bound, name }) => ({ name, start: boundOf(bound, "FROM"), end: boundOf(bound, "TO") }))
  )

/** The numbers of the partitions that have to be there: as far as rows reach, and one more. */
const wanted = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  { ahead, name, width }: Table,
  partitions: ReadonlyArray<Partition>,
  now: number
) {
  const first = Math.floor(now / width)
  const [rest] = yield* sql<{ last: bigint | null }>`SELECT max(forget_at) AS last FROM ${sql(defaultOf(name))}`
  const end = Math.max(first, ...partitions.map(({ end }) => (end === undefined ? first : end / width)))
  const furthest = partitions.find((partition) => partition.end === end * width)
  const isUsed = furthest !== undefined && (yield* sql`SELECT 1 AS used FROM ${sql(furthest.name)} LIMIT 1`).length > 0
  const count = Math.max(
    ahead,
    isUsed ? end - first + 1 : 0,
    rest?.last == null ? 0 : Math.floor(Number(rest.last) / width) - first + 2
  )
  return Arr.makeBy(Math.min(count, most), (index) => first + index)
})

/** One table in one transaction: with the locks of two it would be in the way of a request that uses both. */
const upkeepOf = (sql: SqlClient.SqlClient, table: Table, now: number) =>
  sql.withTransaction(
    Effect.gen(function* () {
      // Of the transaction, not of the connection, so that it ends with it behind a pooler.
      const [lock] = yield* sql<{ mine: boolean }>`SELECT pg_try_advisory_xact_lock(hashtext(${table.name})) AS mine`
      const partitions = lock?.mine === true ? yield* partitionsOf(sql, table.name) : []
      if (partitions.length === 0) return
      const past = partitions.filter(({ end }) => end !== undefined && end <= now)
      const coming: Array<Statement<any>> = []
      for (const slot of yield* wanted(sql, table, partitions, now)) {
        const [start, end] = [slot * table.width, (slot + 1) * table.width]
        if (
          partitions.some(
            (one) => one.start !== undefined && one.end !== undefined && one.start < end && start < one.end
          )
        )
          continue
        // Rows do not move: what came to the default partition stays there, with all of its time.
        const rest = sql(defaultOf(table.name))
        const inTheWay =
          yield* sql`SELECT 1 AS row FROM ${rest} WHERE forget_at >= ${start} AND forget_at < ${end} LIMIT 1`
        if (inTheWay.length > 0) continue
        coming.push(sql`CREATE TABLE ${sql(nameOf(table.name, start))} PARTITION OF ${sql(table.name)} (PRIMARY KEY (id))
          FOR VALUES FROM (${sql.literal(`${start}`)}) TO (${sql.literal(`${end}`)}) ${sql.literal(table.storage)}`)
      }
      if (past.length === 0 && coming.length === 0) return
      // Requests wait behind this lock, so it must not wait long behind somebody else's, such as a backup; and it is
      // the first, as it is theirs.
      yield* sql`SET LOCAL lock_timeout = '200ms'`
      yield* sql`SET LOCAL statement_timeout = '2s'`
      yield* sql`LOCK TABLE ONLY ${sql(table.name)} IN ACCESS EXCLUSIVE MODE`
      for (const { name } of past) yield* sql`DROP TABLE ${sql(name)}`
      for (const statement of coming) yield* statement
    })
  )

/** Makes the coming partitions and drops the past ones, if no other node does so at this moment. */
export const upkeep = (now: number): Effect.Effect<void, SqlError, SqlClient.SqlClient> =>
  ifPostgres((sql) => Effect.forEach(tables, (table) => upkeepOf(sql, table, now), { discard: true }))
