/**
 * Statements in SQL whose text is put together once.
 *
 * effect's client puts a template together for each use, with all its parts, which takes longer than a fast database
 * needs for the statement. Here a template is put together once, with slots where the values will be, and each use only
 * gives the values. It works with any `SqlClient`; transactions, spans and errors are those of effect.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Statement } from "effect/sql/Statement"

/**
 * Where a value will be. A template can only place it.
 */
export class Slot {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * A slot for each of these values.
 */
export type Slots<Values> = { readonly [Name in keyof Values]-?: Slot }

/**
 * Each member of it is a {@link Slot} of that name.
 */
export const slots = <Values>(): Slots<Values> =>
  new Proxy({}, { get: (_, name) => new Slot(String(name)) }) as Slots<Values>

/**
 * A statement with its values.
 */
export interface Ready<Row extends object = object> {
  readonly text: string
  readonly parameters: ReadonlyArray<unknown>
  /** The type of its rows; there is no such member. */
  readonly row?: Row
}

/**
 * Makes the function that puts values into the slots of a template.
 */
export const template = <Values extends object, Row extends object = never>(
  make: (slots: Slots<Values>) => Statement<any>
): ((values: Values) => Ready<Row>) => {
  const [text, places] = make(slots()).compile()
  return (values) => ({
    text,
    parameters: places.map((place) => (place instanceof Slot ? values[place.name as keyof Values] : place))
  })
}

/**
 * Several statements, one after the other: the generator yields each, and is given its rows.
 */
export type StatementGenerator<A> = Generator<Ready, A, ReadonlyArray<any>>

/**
 * Names the {@link Immediate} of a client that has one.
 */
export const ImmediateTypeId = "~@le-auth/core/SqlTemplate/Immediate"

/**
 * What a client of a database inside the process may have: it does the work before it returns, for a fiber.
 * `undefined`, and nothing was done, if that is not possible at this moment or if its spans are traced; the work is
 * then done the usual way.
 */
export interface Immediate {
  readonly execute: (
    statement: Ready,
    fiber: Fiber.Fiber<unknown, unknown>
  ) => Exit.Exit<ReadonlyArray<any>, SqlError> | undefined
  /** All of the steps, or nothing. */
  readonly transaction: <A>(
    steps: () => StatementGenerator<A>,
    fiber: Fiber.Fiber<unknown, unknown>
  ) => Exit.Exit<A, SqlError> | undefined
}

const immediateOf = (sql: SqlClient): Immediate | undefined =>
  Predicate.hasProperty(sql, ImmediateTypeId) ? (sql[ImmediateTypeId] as Immediate) : undefined

/**
 * Makes the function that runs the statement of a template.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as SqlTemplate from "@le-auth/core/shared/SqlTemplate"
 * import * as Effect from "effect/Effect"
 * import * as SqlClient from "effect/sql/SqlClient"
 *
 * const program = Effect.gen(function* () {
 *   const sql = yield* SqlClient.SqlClient
 *   const find = SqlTemplate.make<{ id: string }, { name: string }>(
 *     sql,
 *     ({ id }) => sql`SELECT name FROM users WHERE id = ${id}`
 *   )
 *   return yield* find({ id: "1" })
 * })
 * ```
 */
export const make = <Values extends object, Row extends object = never>(
  sql: SqlClient,
  statement: (slots: Slots<Values>) => Statement<any>
): ((values: Values) => Effect.Effect<ReadonlyArray<Row>, SqlError>) => {
  const fill = template<Values, Row>(statement)
  const immediate = immediateOf(sql)
  return (values) => {
    const ready = fill(values)
    return immediate === undefined
      ? sql.unsafe<Row>(ready.text, ready.parameters)
      : Effect.withFiber((fiber) => immediate.execute(ready, fiber) ?? sql.unsafe<Row>(ready.text, ready.parameters))
  }
}

/**
 * Runs all of the steps, or none.
 */
export const transaction = <A>(sql: SqlClient, steps: () => StatementGenerator<A>): Effect.Effect<A, SqlError> => {
  const usual = sql.withTransaction(
    Effect.gen(function* () {
      const run = steps()
      let step = run.next()
      while (step.done !== true) step = run.next(yield* sql.unsafe(step.value.text, step.value.parameters))
      return step.value
    })
  )
  const immediate = immediateOf(sql)
  return immediate === undefined ? usual : Effect.withFiber((fiber) => immediate.transaction(steps, fiber) ?? usual)
}
