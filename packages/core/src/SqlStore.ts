/**
 * What our stores over SQL have in common, and an adapter of your own may use: bounded operations, migrations,
 * clean-up.
 *
 * The stores work on SQLite and PostgreSQL, through whichever `SqlClient` there is. They keep no state in a connection,
 * so a pooler such as pgbouncer in transaction mode works (with `prepare: false` in `@effect/sql-pg`, unless the pooler
 * knows prepared statements). Do not call them inside of a transaction of your own: what they keep must not be rolled
 * back.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Statement } from "effect/sql/Statement"
import * as StoreOperation from "./StoreOperation.ts"
import type { StoreError } from "./StoreError.ts"

const isConflict = ({ reason }: SqlError): boolean =>
  reason._tag === "DeadlockError" || reason._tag === "SerializationError"

/** A transaction that lost a conflict has changed nothing. */
const again = <A, R>(effect: Effect.Effect<A, SqlError, R>, times: number): Effect.Effect<A, SqlError, R> =>
  times === 0 ? effect : Effect.catchIf(effect, isConflict, () => again(effect, times - 1))

/**
 * Makes the function that runs an operation of a store: it fails with a `StoreError` after at most `timeout`, by
 * default 5 seconds, and repeats what the database undid because of a conflict.
 *
 * @category constructors
 * @since 0.1.0
 */
export const operations = (store: string, timeout?: Duration.Input) => {
  const operation = StoreOperation.operations(store, timeout)
  return (name: string) => {
    const run = operation(name)
    return <A, R>(effect: Effect.Effect<A, SqlError, R>): Effect.Effect<A, StoreError, R> => run(again(effect, 3))
  }
}

/**
 * Names the check of a client that has one, an `Effect<void, SqlError>`: whether its database is still the one that it
 * has opened. A deleted file takes everything that is written, and keeps nothing.
 *
 * @category models
 * @since 0.1.0
 */
export const StillThereTypeId = "~@le-auth/core/SqlStore/StillThere"

/**
 * Fails if a database is not the one any more that its client has opened, as far as the client can tell.
 *
 * @category guards
 * @since 0.1.0
 */
export const stillThere = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> =>
  Predicate.hasProperty(sql, StillThereTypeId) ? (sql[StillThereTypeId] as Effect.Effect<void, SqlError>) : Effect.void

/**
 * Brings the tables of a store to the newest form. Migrations only go forward, each in one transaction with the note
 * that it ran. If several nodes start at once, one migrates and the others wait for it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const migrate = (options: {
  readonly store: string
  /** The table that keeps which migrations ran. */
  readonly table: string
  /** By number and name, such as `1_sessions`. */
  readonly migrations: Record<string, Effect.Effect<void, SqlError, SqlClient.SqlClient>>
}): Effect.Effect<void, StoreError, SqlClient.SqlClient> =>
  Migrator.make({})({ loader: Migrator.fromRecord(options.migrations), table: options.table }).pipe(
    Effect.asVoid,
    Effect.mapError((cause) => StoreOperation.failed(options.store, "migrate", cause))
  )

/** The number of rows in one statement, and for how long requests may have to wait for it. */
const batch = { first: 100, least: 10, most: 500, milliseconds: 4 }

/** The rests are for other requests, so they take real time, whatever the clock of the stores says. */
const inRealTime = Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())

/** For any number of rows, each batch of them is bounded, and done for good. */
const housekeeping = StoreOperation.operations("database", "1 minute")("housekeeping")

/**
 * Deletes the expired rows of a table, the oldest first, at most 500 at a time and as many as a few milliseconds
 * allow. After each batch it rests four times as long, for the sake of requests. It does not wait for rows that
 * another node is deleting. Fails if a batch takes longer than a minute. The table has a column `id`; `column` holds
 * the time until which a row is kept, in milliseconds. Gives the number of rows.
 *
 * @category combinators
 * @since 0.1.0
 */
export const deleteExpired = Effect.fnUntraced(function* (table: string, now: number, column = "expires_at") {
  const sql = yield* SqlClient.SqlClient
  const name = sql(table)
  const deleteSome = (limit: number): Statement<{ readonly id: string }> => {
    const some = sql`SELECT id FROM ${name} WHERE ${sql(column)} <= ${now} ORDER BY ${sql(column)} LIMIT ${limit}`
    // As an array, which PostgreSQL looks up in the index; of an IN it expects so little that it reads the whole table.
    return sql.onDialectOrElse({
      pg: () => sql`DELETE FROM ${name} WHERE id = ANY(ARRAY(${some} FOR UPDATE SKIP LOCKED)) RETURNING id`,
      orElse: () => sql`DELETE FROM ${name} WHERE id IN (${some}) RETURNING id`
    })
  }
  let [count, limit] = [0, batch.first]
  for (;;) {
    const [took, { length }] = yield* inRealTime(Effect.timed(housekeeping(deleteSome(limit))))
    count += length
    if (length < limit) return count
    yield* inRealTime(Effect.sleep(Duration.times(took, 4)))
    const fitting = Math.floor((limit * batch.milliseconds) / Math.max(Duration.toMillis(took), 1))
    limit = Math.min(batch.most, Math.max(batch.least, fitting))
  }
})

const repeatedly = <E, R>(work: Effect.Effect<unknown, E, R>): Effect.Effect<void, never, R | Scope.Scope> =>
  work.pipe(
    Effect.catch((error) => Effect.logWarning("The database could not be tidied up; trying again in a minute", error)),
    Effect.andThen(Effect.sleep("1 minute")),
    Effect.forever,
    Effect.forkScoped,
    Effect.asVoid
  )

/**
 * Does the housekeeping of a store, which may take a minute, now and every minute, as long as the scope is open. A
 * failure is logged, and the work tried again a minute later.
 *
 * @category combinators
 * @since 0.1.0
 */
export const everyMinute = <R>(
  work: Effect.Effect<unknown, SqlError, R>
): Effect.Effect<void, never, R | Scope.Scope> => repeatedly(housekeeping(work))

/**
 * Deletes the expired rows of these tables, now and every minute, as long as the scope is open. A failure is logged,
 * and the work tried again a minute later.
 *
 * @category combinators
 * @since 0.1.0
 */
export const cleanUp = (
  tables: ReadonlyArray<string>,
  column?: string
): Effect.Effect<void, never, SqlClient.SqlClient | Scope.Scope> =>
  repeatedly(
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.forEach(tables, (table) => deleteExpired(table, now, column), { discard: true })
    )
  )
