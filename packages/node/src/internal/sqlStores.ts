/** The stores in a database that speaks SQL, unsealed. */
import * as AppTokenStoreSql from "@le-auth/core/AppTokenStoreSql"
import * as RefreshLockSql from "@le-auth/core/RefreshLockSql"
import * as SessionStoreSql from "@le-auth/core/SessionStoreSql"
import * as TransactionStoreSql from "@le-auth/core/TransactionStoreSql"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
import * as Schedule from "effect/Schedule"
import * as NodeDatabase from "../NodeDatabase.ts"
import type { DatabaseUrl } from "../StoreUrl.ts"

/**
 * effect makes its table with `IF NOT EXISTS`, which in PostgreSQL fails with a defect for the second of two processes
 * at the same moment.
 */
const persistence = Layer.effectContext(
  Layer.build(Persistence.layerSql).pipe(
    Effect.sandbox,
    Effect.retry({ times: 3, schedule: Schedule.spaced("200 millis") }),
    Effect.catch(Effect.failCause)
  )
)

export const layer = (url: DatabaseUrl) =>
  Layer.mergeAll(
    TransactionStoreSql.layer,
    SessionStoreSql.layer,
    AppTokenStoreSql.layer,
    RefreshLockSql.layer,
    persistence
  ).pipe(
    Layer.catchTag("StoreError", (error) => Layer.effectContext(Effect.fail(NodeDatabase.unusable(url)(error)))),
    Layer.provide(NodeDatabase.layer(url))
  )
