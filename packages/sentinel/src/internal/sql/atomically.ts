/** Several changes that happen as one, if the first of them wins. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment, Statement } from "effect/sql/Statement"

/** The row of the change that won, as a table `won` for what follows. */
export type Won = Fragment

export interface Change<Row extends object> {
  /** Changes one row if it may, and returns it. Of parallel calls, one does. */
  readonly win: Statement<any>
  /** What goes with it. Nothing of it happens if nothing was won. */
  readonly along: (won: Won) => ReadonlyArray<Statement<any>>
  readonly result: (won: Won) => Statement<Row>
}

/**
 * PostgreSQL does all of it in one statement: it locks the row of `win`, and a rival waits for that. SQLite has no changes
 * inside of a `WITH`, but one writer at a time, so there it is a transaction of the same statements.
 */
export const atomically = <Row extends object>(
  sql: SqlClient,
  { along, result, win }: Change<Row>
): Effect.Effect<Row | undefined, SqlError> =>
  sql.onDialectOrElse({
    pg: () => {
      const won = sql`won`
      const others = along(won).map((statement, index) => sql`, ${sql(`change_${index}`)} AS (${statement})`)
      const rows = sql<Row>`WITH won AS (${win})${others.reduce((all, one) => sql`${all}${one}`, sql``)} ${result(won)}`
      return Effect.map(rows, ([row]) => row)
    },
    orElse: () =>
      sql.withTransaction(
        Effect.gen(function* () {
          const row: Record<string, unknown> | undefined = (yield* win)[0]
          if (row === undefined) return undefined
          const columns = Object.entries(row).map(([name, value]) => sql`${value} AS ${sql(name)}`)
          const won = sql`(SELECT ${sql.csv(columns)}) AS won`
          yield* Effect.forEach(along(won), (statement) => statement, { discard: true })
          return (yield* result(won))[0]
        })
      )
  })
