/**
 * Changes whose outcome is unknown: the link died, or the server stood still, between the commit and its answer.
 *
 * A client that repeats such a request gets the answer that the first one would have had, since that was never given.
 * Each node writes this to the row as soon as the database answers again; until then it keeps it in memory (R97).
 */
import * as SqlStore from "@le-auth/core/SqlStore"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

export type Table = "sentinel_code" | "sentinel_refresh"

/** Where the seed of the call is that has the tokens, or was the last to answer for them. */
const markOf: Record<Table, string> = { sentinel_code: "t.answered_by", sentinel_refresh: "t.seed" }

/** Of an operation: the row that it changes, and its seed, which it puts there. */
export interface Mark {
  readonly table: Table
  readonly id: string
  readonly seed: string
  /** When it was asked for, by the clock of the stores. */
  readonly now: number
}

/** What the operations of a store know of changes with an unknown outcome. */
export interface Unsure {
  /**
   * Runs an operation. A link that dies does not end it: it is asked once more, and finds its own mark if it was done.
   * What fails all the same is remembered.
   */
  readonly watch: <A>(
    mark: Mark,
    operation: Effect.Effect<A, SqlError>,
    run: (operation: Effect.Effect<A, SqlError>) => Effect.Effect<A, StoreError>
  ) => Effect.Effect<A, StoreError>
  /** Whether the call that put this seed there was never answered. */
  readonly isUnanswered: (row: { readonly id: string; readonly seed: string }) => boolean
  /**
   * Waits a moment, and says so, if another node may not have said yet what it knows: look once more then, before a
   * second use is taken for a theft.
   */
  readonly breathe: Effect.Effect<boolean>
  /**
   * Waits until what was just read is as safe as a commit. Somebody else may have made it visible who has given up
   * waiting for a standby.
   */
  readonly confirm: Effect.Effect<void, SqlError>
}

/** How long a repeated request gets the answer of the first, by the clock of the stores. */
const retryable = 60_000

/** In milliseconds of the real time, as all that follows. */
const interval = 100
/** No statement begins so long after its operation: see `deadline`. */
const decided = 6000
/** After this time no request is repeated. */
const longest = 120_000
/** How long after a failure other nodes may still write what they know, and how long that takes them. */
const troubled = { recently: 1500, breath: 4 * interval }
/** How many rows go into a statement. */
const batch = 500

const inRealTime = Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())

interface Pending extends Mark {
  readonly since: number
}

const keyOf = ({ id, seed }: { readonly id: string; readonly seed: string }): string => `${id} ${seed}`

const isCut = ({ reason }: SqlError): boolean => reason._tag === "ConnectionError" || reason._tag === "UnknownError"

/** SQLite is in this process: what failed there was not done. */
const never: Unsure = {
  watch: (_, operation, run) => run(operation),
  isUnanswered: () => false,
  breathe: Effect.succeed(false),
  confirm: Effect.void
}

const postgres = Effect.fnUntraced(function* (sql: SqlClient) {
  // Of a request that was repeated in vain any attempt may be the one that was done.
  const pending = new Map<string, Pending>()
  /** Open while there are any: a node that is sure of everything does not wake up to look. */
  const isPending = Latch.makeUnsafe()
  let failedAt = -Infinity
  const run = SqlStore.operations("Sentinel store in SQL")

  const settle = (table: Table, marks: ReadonlyArray<Pending>) => {
    const now = performance.now()
    const values = marks.map(
      ({ id, now: at, seed, since }) =>
        sql`(${id}::text, ${seed}::text, ${Math.floor(at + (now - since) + retryable)}::bigint)`
    )
    // It waits for a change of the row that is under way, and then sees it.
    return sql<{ readonly id: string; readonly seed: string }>`
      WITH m(id, seed, until) AS (VALUES ${sql.csv(values)}),
        locked AS MATERIALIZED (
          SELECT t.id, ${sql.literal(markOf[table])} AS seed FROM ${sql(table)} t WHERE t.id IN (SELECT m.id FROM m) FOR UPDATE)
      UPDATE ${sql(table)} AS t SET retry_until = m.until
      FROM locked JOIN m ON m.id = locked.id AND m.seed = locked.seed WHERE t.id = locked.id RETURNING t.id, m.seed`.pipe(
      run("settle"),
      Effect.map((rows) => {
        const done = new Set(rows.map(keyOf))
        for (const mark of marks) {
          if (done.has(keyOf(mark)) || now - mark.since > decided) pending.delete(keyOf(mark))
        }
      })
    )
  }

  const settleAll = Effect.gen(function* () {
    const now = performance.now()
    for (const [key, { since }] of pending) if (now - since > longest) pending.delete(key)
    for (const table of ["sentinel_code", "sentinel_refresh"] as const) {
      const marks = [...pending.values()].filter((mark) => mark.table === table)
      for (const some of Arr.chunksOf(marks, batch)) yield* settle(table, some)
    }
  }).pipe(Effect.ignore)

  yield* inRealTime(
    isPending.await.pipe(
      Effect.andThen(Effect.sleep(interval)),
      Effect.andThen(settleAll),
      // In one step, so that what comes in between is not left behind.
      Effect.tap(() => Effect.sync(() => pending.size === 0 && isPending.closeUnsafe())),
      Effect.forever
    )
  ).pipe(Effect.forkScoped)

  return {
    watch: (mark, operation, run) =>
      Effect.suspend(() => {
        const since = performance.now()
        const again = (wait: number, next: typeof operation) => (error: SqlError) => {
          failedAt = performance.now()
          return isCut(error) ? inRealTime(Effect.andThen(Effect.sleep(wait), next)) : Effect.fail(error)
        }
        const patient = Effect.catch(operation, again(50, Effect.catch(operation, again(250, operation))))
        return Effect.onExit(run(patient), (exit) =>
          Effect.sync(() => {
            // A call that was interrupted, because the caller is gone, also had no answer.
            if (Exit.isSuccess(exit)) return
            failedAt = performance.now()
            pending.set(keyOf(mark), { ...mark, since })
            isPending.openUnsafe()
          })
        )
      }),
    isUnanswered: (row) => pending.has(keyOf(row)),
    breathe: Effect.suspend(() =>
      performance.now() - failedAt < troubled.recently
        ? inRealTime(Effect.as(Effect.sleep(troubled.breath), true))
        : Effect.succeed(false)
    ),
    // It writes to the log of the database and to no row, so no transaction waits for another.
    confirm: Effect.asVoid(sql`SELECT pg_logical_emit_message(true, 'le-auth', '')::text AS position`)
  } satisfies Unsure
})

export const make = (sql: SqlClient): Effect.Effect<Unsure, never, Scope.Scope> =>
  sql.onDialectOrElse({ pg: () => postgres(sql), orElse: () => Effect.succeed(never) })
