/** All that a store in SQL holds, at once. Each operation is one transaction. */
import type { StoreError } from "@le-auth/core/StoreError"
import type * as SqlStore from "@le-auth/core/SqlStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { SqlError, UnknownError } from "effect/sql/SqlError"
import * as Slices from "../input/Slices.ts"
import { type StoreInspection, StoreTooLarge } from "../../StoreInspection.ts"
import { inTime, make as makeDeadline } from "./deadline.ts"
import * as Dump from "./dump.ts"

type Run = ReturnType<typeof SqlStore.operations>
type Operations = Pick<StoreInspection["Service"], "revokeClient" | "dump" | "load" | "clear" | "together">

/** As many as the store in memory holds. */
const mostRows = 100_000

/** Of the minute that these operations have, in milliseconds. */
const allowed = 50_000

/** Both engines limit the parameters of a statement. No table has more than a dozen columns. */
const rowsOfStatement = 500

const why = "what was to happen with it was refused"
const undone = new SqlError({
  reason: new UnknownError({ cause: new Error(why), message: why, operation: "transaction" })
})

const tables = ["sentinel_session", "sentinel_grant", "sentinel_code", "sentinel_refresh", "sentinel_access"]

const names: Record<string, string> = {
  grants: "token families",
  refreshes: "refresh tokens",
  accesses: "access tokens"
}

export const make = (sql: SqlClient, run: Run): Operations => {
  /** SQLite drops the pages of a table whose rows all go; PostgreSQL does that only if it is told so. */
  const deleteAll = sql.onDialectOrElse({
    pg: () => Effect.asVoid(sql`TRUNCATE ${sql.csv(tables.map((table) => sql`${sql(table)}`))}`),
    orElse: () => Effect.forEach(tables, (table) => sql`DELETE FROM ${sql(table)}`, { discard: true })
  })

  /** All tables as they were at one moment. A transaction of SQLite is so already. */
  const isolated = sql.onDialectOrElse({
    pg: () => Effect.asVoid(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`),
    orElse: () => Effect.void
  })

  const rowsOf = <Row extends object>(table: string) => sql<Row>`SELECT * FROM ${sql(table)} LIMIT ${mostRows + 1}`

  const { writing } = makeDeadline(sql)
  /** Asked first and last, so that a change whose caller has given up is not committed. */
  const change = (what: string, changes: Effect.Effect<void, SqlError>) =>
    writing((begun) => {
      const isInTime = sql`SELECT 1 AS yes WHERE ${inTime(sql, begun, allowed)}`
      return sql.withTransaction(Effect.andThen(Effect.andThen(isInTime, changes), Effect.asVoid(isInTime)))
    }).pipe(run(what))

  return {
    revokeClient: ({ accountId, clientId }, now) =>
      writing(
        (begun) => sql`UPDATE sentinel_grant SET revoked_at = ${now}
        WHERE account_id = ${accountId} AND client_id = ${clientId} AND revoked_at IS NULL
          AND ${inTime(sql, begun, allowed)}`
      ).pipe(Effect.asVoid, run("revoke the tokens of an application")),
    dump: Effect.gen(function* () {
      yield* isolated
      return {
        sessions: yield* rowsOf<Dump.SessionRow>("sentinel_session"),
        grants: yield* rowsOf<Dump.GrantRow>("sentinel_grant"),
        codes: yield* rowsOf<Dump.CodeRow>("sentinel_code"),
        refreshes: yield* rowsOf<Dump.RefreshRow>("sentinel_refresh"),
        accesses: yield* rowsOf<Dump.AccessRow>("sentinel_access")
      }
    }).pipe(
      sql.withTransaction,
      run("dump"),
      Effect.flatMap((rows) => {
        const tooLarge = Object.entries(rows).find(([, { length }]) => length > mostRows)
        return tooLarge === undefined
          ? Effect.succeed(Dump.documentOf(rows))
          : Effect.fail(new StoreTooLarge({ what: names[tooLarge[0]] ?? tooLarge[0], most: mostRows }))
      })
    ),
    load: (dump) =>
      Effect.flatMap(
        Slices.run(() => Dump.rowsOf(dump)),
        (all) =>
          change(
            "load",
            Effect.gen(function* () {
              yield* deleteAll
              for (const [table, rows] of Object.entries(all)) {
                for (const some of Arr.chunksOf(rows, rowsOfStatement)) {
                  yield* sql`INSERT INTO ${sql(table)} ${sql.insert(some)}`
                }
              }
            })
          )
      ),
    clear: change("clear", Effect.asVoid(deleteAll)),
    together: <A, E>(changes: Effect.Effect<A, E | StoreError>) =>
      Effect.suspend(() => {
        // What is refused undoes the transaction, and is told as it is.
        let refused: { readonly error: E | StoreError } | undefined
        const noted = Effect.mapError(changes, (error) => {
          refused = { error }
          return undone
        })
        return Effect.mapError(
          run("change")(sql.withTransaction(noted)),
          (error): E | StoreError => refused?.error ?? error
        )
      })
  }
}
