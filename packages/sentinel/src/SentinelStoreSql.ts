/**
 * `SentinelStore` in SQLite or PostgreSQL.
 *
 * @since 0.1.0
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as SqlStore from "@le-auth/core/SqlStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as CleanUp from "./internal/sql/cleanUp.ts"
import * as Codes from "./internal/sql/codes.ts"
import * as Deadline from "./internal/sql/deadline.ts"
import * as Heartbeat from "./internal/sql/heartbeat.ts"
import * as Sessions from "./internal/sql/sessions.ts"
import * as Tokens from "./internal/sql/tokens.ts"
import * as Unsure from "./internal/sql/unsure.ts"
import * as SentinelMigrations from "./SentinelMigrations.ts"
import { SentinelStore } from "./SentinelStore.ts"

const run = SqlStore.operations("Sentinel store in SQL")

/**
 * Keeps everything in the database of the context, for any number of nodes.
 *
 * Every change of state is one statement in PostgreSQL and one transaction in SQLite, whose first step says which call
 * won. In PostgreSQL a statement also says until when it may begin, so what failed with a `StoreError` is not done
 * later. Where it is unknown whether it was done before, the same request gets the answer that the first one would have
 * had. Codes, tokens and cookies are kept as hashes only. Rows that are not needed any more are removed every minute,
 * outside of requests; PostgreSQL drops whole partitions of tokens.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
 * import * as Layer from "effect/Layer"
 * import type * as SqlClient from "effect/sql/SqlClient"
 *
 * declare const database: Layer.Layer<SqlClient.SqlClient> // such as NodeSqlite.layer or PgClient.layer
 *
 * const store = SentinelStoreSql.layer.pipe(Layer.provide(database))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SentinelStore, StoreError, SqlClient.SqlClient> = Layer.effect(
  SentinelStore,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* SentinelMigrations.run
    yield* CleanUp.start
    const { measure, writing } = Deadline.make(sql)
    const unsure = yield* Unsure.make(sql)
    yield* SqlStore.everyMinute(measure)
    return SentinelStore.of({
      ...Sessions.make(sql, run, writing),
      ...Codes.make(sql, run, writing, unsure),
      ...Tokens.make(sql, run, writing, unsure),
      probe: yield* Heartbeat.make(sql)
    })
  })
)
