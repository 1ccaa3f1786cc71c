/** One connection of `node:sqlite` as effect's `SqlConnection`. */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { SafeIntegers } from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import type { SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"
import { isBusy, sqlError } from "./sqliteError.ts"

/**
 * Waits that grow like those of SQLite's own busy handler, in milliseconds. That one would block the event loop; and
 * the wait is for another process, so it is by the real clock.
 */
const waits = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100]

const realSleep = (duration: Duration.Duration) =>
  Effect.provideService(Effect.sleep(duration), Clock.Clock, Clock.Clock.defaultValue())

/** Runs `use`; while another connection is in the way, waits and runs it again. */
export const whileBusy = <A>(
  operation: string,
  busyTimeout: Duration.Duration,
  use: () => A
): Effect.Effect<A, SqlError> => {
  const limit = Duration.toMillis(busyTimeout)
  const attempt = (count: number, waited: number): Effect.Effect<A, SqlError> =>
    Effect.suspend(() => {
      try {
        return Effect.succeed(use())
      } catch (cause) {
        if (!isBusy(cause) || waited >= limit) return Effect.fail(sqlError(operation)(cause))
        const wait = Math.min(waits[Math.min(count, waits.length - 1)]!, limit - waited)
        return Effect.andThen(realSleep(Duration.millis(wait)), attempt(count + 1, waited + wait))
      }
    })
  return attempt(0, 0)
}

/** What SQLite has no type for, in the form that its own functions understand. */
const toInput = (value: unknown): SQLInputValue => {
  if (value === undefined) return null
  if (Predicate.isBoolean(value)) return value ? 1 : 0
  if (Predicate.isDate(value)) return value.toISOString()
  return value as SQLInputValue
}

/** What errors of statements say was done. */
export const running = "run a statement"

const rowsPerChunk = 128

type Transform = (<A extends object>(rows: ReadonlyArray<A>) => ReadonlyArray<A>) | undefined

export interface SqliteConnection extends Connection {
  /** Runs a statement before it returns, and throws what SQLite throws. */
  readonly executeNow: (sql: string, params: ReadonlyArray<unknown>, bigInts: boolean) => ReadonlyArray<any>
}

export const make = (
  database: DatabaseSync,
  options: { readonly busyTimeout: Duration.Duration; readonly preparedStatements: number }
): SqliteConnection => {
  // A Map keeps the order of insertion: what was prepared first goes first, and is prepared again if it is still in
  // use.
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const found = prepared.get(sql)
    if (found !== undefined) return found
    const statement = database.prepare(sql)
    prepared.set(sql, statement)
    if (prepared.size > options.preparedStatements) prepared.delete(prepared.keys().next().value!)
    return statement
  }
  const ready = (statement: StatementSync, bigInts: boolean, arrays: boolean): StatementSync => {
    statement.setReadBigInts(bigInts)
    statement.setReturnArrays(arrays)
    return statement
  }
  const prepareOnce = (sql: string): StatementSync => database.prepare(sql)

  const run = <A>(
    sql: string,
    params: ReadonlyArray<unknown>,
    use: (statement: StatementSync, inputs: Array<SQLInputValue>) => A,
    settings: { readonly prepare: typeof prepare; readonly arrays: boolean }
  ): Effect.Effect<A, SqlError> =>
    Effect.withFiber((fiber) => {
      const bigInts = fiber.getRef(SafeIntegers)
      return whileBusy(running, options.busyTimeout, () =>
        use(ready(settings.prepare(sql), bigInts, settings.arrays), params.map(toInput))
      )
    })

  const all = (statement: StatementSync, inputs: Array<SQLInputValue>): ReadonlyArray<any> => statement.all(...inputs)
  const transformed = (rows: Effect.Effect<ReadonlyArray<any>, SqlError>, transform: Transform) =>
    transform === undefined ? rows : Effect.map(rows, transform)

  return {
    executeNow: (sql, params, bigInts) => all(ready(prepare(sql), bigInts, false), params.map(toInput)),
    execute: (sql, params, transform) => transformed(run(sql, params, all, { prepare, arrays: false }), transform),
    executeUnprepared: (sql, params, transform) =>
      transformed(run(sql, params, all, { prepare: prepareOnce, arrays: false }), transform),
    executeValues: (sql, params) => run(sql, params, all, { prepare, arrays: true }),
    executeValuesUnprepared: (sql, params) => run(sql, params, all, { prepare: prepareOnce, arrays: true }),
    // Of a statement without rows, the raw result is how many it changed.
    executeRaw: (sql, params) =>
      run(
        sql,
        params,
        (statement, inputs) => (statement.columns().length > 0 ? statement.all(...inputs) : statement.run(...inputs)),
        { prepare, arrays: false }
      ),
    // A statement of its own: one from the cache would be reset when the same text runs in between.
    executeStream: (sql, params, transform) =>
      Effect.acquireRelease(
        run(sql, params, (statement, inputs) => statement.iterate(...inputs), { prepare: prepareOnce, arrays: false }),
        (rows) => Effect.sync(() => rows.return?.())
      ).pipe(
        Effect.map((rows) => {
          const next = Effect.try({
            try: () => {
              const chunk: Array<any> = []
              for (let row = rows.next(); row.done !== true; row = rows.next()) {
                if (chunk.push(row.value) === rowsPerChunk) break
              }
              return chunk
            },
            catch: sqlError("read the next rows")
          })
          return Stream.fromPull(
            Effect.succeed(
              Effect.flatMap(next, (chunk) => {
                const found = transform === undefined ? chunk : transform(chunk)
                return Arr.isReadonlyArrayNonEmpty(found) ? Effect.succeed(found) : Cause.done()
              })
            )
          )
        }),
        Stream.unwrap
      )
  }
}
