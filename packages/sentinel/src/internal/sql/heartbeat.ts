/** Whether this node can write. */
import * as SqlStore from "@le-auth/core/SqlStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"

const name = "Sentinel store in SQL"
const timeout = "2 seconds"

/** How long the row of a node that has ended is kept, in milliseconds. */
const keptFor = 24 * 3_600_000

const realTime = Effect.provideService(Clock.currentTimeMillis, Clock.Clock, Clock.Clock.defaultValue())

const failed = (problem: string) => new StoreError({ store: name, operation: "write and read back", problem })

/** Writes a row of this node and reads it back, over whatever connection there is. */
export const make = (sql: SqlClient): Effect.Effect<Effect.Effect<void, StoreError>> =>
  Effect.sync(() => {
    const id = crypto.randomUUID()
    return Effect.gen(function* () {
      yield* SqlStore.stillThere(sql)
      const beat = crypto.randomUUID()
      // Whichever clock the clean-up goes by.
      const forgetAt = Math.max(yield* Clock.currentTimeMillis, yield* realTime) + keptFor
      yield* sql`INSERT INTO sentinel_heartbeat (id, beat, forget_at) VALUES (${id}, ${beat}, ${forgetAt})
        ON CONFLICT (id) DO UPDATE SET beat = excluded.beat, forget_at = excluded.forget_at`
      return { beat, rows: yield* sql<{ readonly beat: string }>`SELECT beat FROM sentinel_heartbeat WHERE id = ${id}` }
    }).pipe(
      SqlStore.operations(name, timeout)("write and read back"),
      Effect.flatMap(({ beat, rows }) =>
        rows[0]?.beat === beat ? Effect.void : Effect.fail(failed("what was just written was not there"))
      )
    )
  })
