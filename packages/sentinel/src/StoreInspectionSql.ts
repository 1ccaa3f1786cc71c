/**
 * `StoreInspection` of Sentinel's tables in SQLite or PostgreSQL, for a `Control` over `SentinelStoreSql`.
 *
 * @since 0.1.0
 */
import * as SqlStore from "@le-auth/core/SqlStore"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Inspection from "./internal/sql/inspection.ts"
import * as WholeState from "./internal/sql/wholeState.ts"
import * as SentinelMigrations from "./SentinelMigrations.ts"
import { StoreInspection } from "./StoreInspection.ts"

const run = SqlStore.operations("Sentinel store in SQL")

/** An operation on all rows may take long: the operator who asked for it waits. */
const runLong = SqlStore.operations("Sentinel store in SQL", "1 minute")

/**
 * Looks into the database of the context.
 *
 * Lists and totals are about the newest 1,000 rows. A document of the whole state has at most 100,000 rows of each
 * kind. Documents of a store in memory can also be loaded, and the other way round. `load` and `clear` replace what
 * **all** nodes on this database see.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as Control from "@le-auth/sentinel/Control"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
 * import * as StoreInspectionSql from "@le-auth/sentinel/StoreInspectionSql"
 * import * as Layer from "effect/Layer"
 * import type * as SqlClient from "effect/sql/SqlClient"
 *
 * declare const database: Layer.Layer<SqlClient.SqlClient> // such as NodeSqlite.layer or PgClient.layer
 *
 * const store = Layer.merge(SentinelStoreSql.layer, StoreInspectionSql.layer).pipe(Layer.provide(database))
 * const control = Control.layerOver(SentinelConfig.development(), store)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<StoreInspection, StoreError, SqlClient.SqlClient> = Layer.effect(
  StoreInspection,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* SentinelMigrations.run
    return StoreInspection.of({ ...Inspection.make(sql, run), ...WholeState.make(sql, runLong) })
  })
)
