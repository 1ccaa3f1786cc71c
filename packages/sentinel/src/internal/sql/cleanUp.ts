/** How rows go that say nothing anymore. */
import * as SqlStore from "@le-auth/core/SqlStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import * as Partitions from "./partitions.ts"

const always = ["sentinel_code", "sentinel_grant", "sentinel_session", "sentinel_heartbeat"]
const tokens = Partitions.tables.map(({ name }) => name)

/** Makes the first partitions, and then cleans up now and every minute, as long as the scope is open. */
export const start: Effect.Effect<void, never, SqlClient.SqlClient | Scope.Scope> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const inBatches = [
    ...always,
    ...sql.onDialectOrElse({ pg: () => tokens.map(Partitions.defaultOf), orElse: () => tokens })
  ]
  const upkeep = Effect.flatMap(Clock.currentTimeMillis, Partitions.upkeep)
  // Before the first token: where it goes, all others of its time go.
  yield* Effect.catch(upkeep, (error) =>
    Effect.logWarning("The partitions of tokens could not be made; trying again in a minute", error)
  )
  yield* SqlStore.everyMinute(upkeep)
  yield* SqlStore.cleanUp(inBatches, "forget_at")
})
