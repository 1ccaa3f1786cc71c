/**
 * Statements that do nothing once their caller has given up.
 *
 * A server that stands still keeps what it was sent, and does it when it goes on, however late that is. So each
 * statement that writes says until when it may begin, in the time of the database, and refuses itself after that (R97).
 */
import * as Effect from "effect/Effect"
import type { Slot } from "@le-auth/core/shared/SqlTemplate"
import type { SqlClient } from "effect/sql/SqlClient"
import { SqlError, StatementTimeoutError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"

/** Less than the time limit of an operation, 5 seconds: what begins in time has a second to end. In milliseconds. */
const allowed = 4000

/** A late statement is tried again if this much of its time is left, in milliseconds. */
const worthwhile = allowed - 500

/** The code of PostgreSQL for a division by zero, which no other statement has. */
const lateCode = "22012"

/**
 * True in time, and an error after it. It is asked again for a row that was waited for. PostgreSQL only: SQLite is in
 * this process, and begins no statement for a caller who has gone.
 */
export const inTime = (sql: SqlClient, begun: number | Slot, within = allowed): Fragment =>
  sql.onDialectOrElse({
    pg: () => sql`1 / (CASE WHEN clock_timestamp() < to_timestamp((${begun}::float8 + ${sql.literal(`${within}`)}) / 1000)
      THEN 1 ELSE 0 END) = 1`,
    orElse: () => sql`1 = 1`
  })

/** How long ago a statement was sent, if that is so long that it matters. In milliseconds. */
export const delay = (sql: SqlClient, begun: Slot): Fragment =>
  sql.onDialectOrElse({
    pg: () => sql`(CASE WHEN clock_timestamp() > to_timestamp((${begun}::float8 + 1000) / 1000)
      THEN floor(extract(epoch FROM clock_timestamp()) * 1000 - ${begun}::float8)::bigint ELSE 0 END)`,
    orElse: () => sql`0`
  })

const isLate = ({ reason }: SqlError): boolean => {
  let cause: unknown = reason
  for (let depth = 0; depth < 5 && typeof cause === "object" && cause !== null; depth++) {
    if ("code" in cause && cause.code === lateCode) return true
    cause = "cause" in cause ? cause.cause : undefined
  }
  return false
}

const why = "the statement came too late, and did nothing"
const late = new SqlError({
  reason: new StatementTimeoutError({ cause: new Error(why), message: why, operation: "execute" })
})

/** Runs what writes, given when it was begun in the time of the database, in milliseconds since 1970. */
export type Writing = <A>(work: (begun: number) => Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError>

/**
 * Beside the statements of a client: it measures how the clock of its database goes when it is first asked, and after
 * each failure.
 */
export const make = (sql: SqlClient): { readonly writing: Writing; readonly measure: Effect.Effect<void, SqlError> } =>
  sql.onDialectOrElse({
    pg: () => {
      // By the monotonic clock of this process, which is never set.
      let offset: number | undefined
      // As if the answer took no time: so what is allowed is rather too short.
      const measureOnce = Effect.map(
        sql<{ readonly now: number }>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`,
        ([row]) => row!.now - performance.now()
      )
      const current = Effect.suspend(() =>
        offset === undefined ? Effect.map(measureOnce, (measured) => (offset = measured)) : Effect.succeed(offset)
      )
      const writing: Writing = (work) =>
        Effect.suspend(() => {
          const start = performance.now()
          const attempt = Effect.flatMap(current, (offset) => work(Math.floor(offset + start)))
          return Effect.catch(attempt, (error) => {
            // Perhaps it is another server now, or its clock was set.
            offset = undefined
            if (!isLate(error)) return Effect.fail(error)
            return performance.now() - start < worthwhile
              ? Effect.catchIf(attempt, isLate, () => Effect.fail(late))
              : Effect.fail(late)
          })
        })
      /** The fastest of three answers is the most exact. */
      const measure = Effect.map(Effect.all([measureOnce, measureOnce, measureOnce]), (all) => {
        offset = Math.max(...all)
      })
      return { writing, measure }
    },
    orElse: () => ({ writing: (work) => work(0), measure: Effect.void })
  })
