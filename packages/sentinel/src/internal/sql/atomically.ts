/** A guarded write: several changes that happen as one, if the first of them finds what it may change. */
import * as SqlTemplate from "@le-auth/core/shared/SqlTemplate"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment, Statement } from "effect/sql/Statement"

/** The row of the change that won, as a table `won` for what follows. */
export type Won = Fragment

/** A guarded write, in the parts that its statements are made of. */
export interface Change<Values, Column extends string> {
  /** Changes one row if it may, and returns `columns` of it. Of parallel calls, one does. */
  readonly guard: (values: SqlTemplate.Slots<Values>) => Statement<any>
  readonly columns: ReadonlyArray<Column>
  /** The changes that go with it. None of them happens if the guard changed nothing. */
  readonly effects: (values: SqlTemplate.Slots<Values>, won: Won) => ReadonlyArray<Statement<any>>
  /** What the caller is told of it. */
  readonly result: (values: SqlTemplate.Slots<Values>, won: Won) => Statement<any>
}

/**
 * PostgreSQL does all of it in one statement: it locks the row of the guard, and a rival waits for that. SQLite has no
 * changes inside of a `WITH`, but one writer at a time, so there it is a transaction of the same statements.
 */
export const atomically = <Values extends object, Row extends object, Column extends string = never>(
  sql: SqlClient,
  { columns, effects, guard, result }: Change<Values, Column>
): ((values: Values) => Effect.Effect<Row | undefined, SqlError>) =>
  sql.onDialectOrElse({
    pg: () => {
      const change = SqlTemplate.make<Values, Row>(sql, (values) => {
        const won = sql`won`
        const others = effects(values, won).map((one, index) => sql`, ${sql(`change_${index}`)} AS (${one})`)
        return sql`WITH won AS (${guard(values)})${others.reduce((all, one) => sql`${all}${one}`, sql``)} ${result(values, won)}`
      })
      return (values: Values) => Effect.map(change(values), ([row]) => row)
    },
    orElse: () => {
      const values = SqlTemplate.slots<Values & Record<Column, unknown>>()
      const won = sql`(SELECT ${sql.csv(columns.map((name) => sql`${values[name]} AS ${sql(name)}`))}) AS won`
      const guarded = SqlTemplate.template<Values, Record<Column, unknown>>(guard)
      const others = effects(values, won).map((one) => SqlTemplate.template(() => one))
      const tells = SqlTemplate.template<object, Row>(() => result(values, won))
      return (values: Values) =>
        SqlTemplate.transaction(sql, function* (): SqlTemplate.StatementGenerator<Row | undefined> {
          const [row] = yield guarded(values)
          if (row === undefined) return undefined
          const all = { ...values, ...row }
          for (const change of others) yield change(all)
          return (yield tells(all))[0]
        })
    }
  })
