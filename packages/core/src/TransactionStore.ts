/**
 * Port: keeps the records of open sign-ins until their callbacks come.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import { onlyOne } from "./internal/onlyOne.ts"
import { BoundedMap } from "./shared/BoundedMap.ts"
import type { StoreError } from "./StoreError.ts"
import type { Transaction } from "./Transaction.ts"

/**
 * The contract of an adapter:
 *
 * - `put` keeps a record for at least `timeToLive`, and may drop it afterwards.
 * - `take` gives the record and removes it **in one step**: of any number of parallel calls with one id, exactly one
 *   gets it. No "get, then delete".
 * - ids are texts of 64 hexadecimal digits. They are derived from secrets by a hash, so they are not secrets
 *   themselves.
 *
 * @category services
 * @since 0.1.0
 */
export class TransactionStore extends Context.Service<
  TransactionStore,
  {
    /** Keeps a record for at least `timeToLive`. */
    readonly put: (id: string, record: Transaction, timeToLive: Duration.Duration) => Effect.Effect<void, StoreError>
    /** Gives a record once, or none. */
    readonly take: (id: string) => Effect.Effect<Option.Option<Transaction>, StoreError>
  }
>()("@le-auth/core/TransactionStore") {}

/**
 * Sign-ins that are started and never finished must not fill the memory: at most this many are kept, the oldest go
 * first.
 */
const capacity = 100_000

/**
 * Keeps the records in the memory of this process: for one process, and for tests. Holds at most 100,000 open
 * sign-ins. A second one in the same process causes a warning, except in tests.
 *
 * @example
 * ```ts
 * import * as TransactionStore from "@le-auth/core/TransactionStore"
 * import * as Effect from "effect/Effect"
 *
 * const taken = TransactionStore.TransactionStore.use((store) => store.take("0".repeat(64)))
 *
 * Effect.provide(taken, TransactionStore.layerMemory) // => Option.none()
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<TransactionStore> = Layer.sync(TransactionStore, () => {
  const open = new BoundedMap<{ readonly record: Transaction; readonly until: number }>({ capacity })
  return {
    put: (id, record, timeToLive) =>
      Clock.clockWith((clock) => {
        open.set(id, { record, until: clock.currentTimeMillisUnsafe() + Duration.toMillis(timeToLive) })
        return Effect.void
      }),
    take: (id) =>
      Clock.clockWith((clock) => {
        const entry = open.get(id)
        if (entry === undefined) return Effect.succeedNone
        open.delete(id)
        return entry.until > clock.currentTimeMillisUnsafe() ? Effect.succeedSome(entry.record) : Effect.succeedNone
      })
  }
}).pipe(onlyOne("TransactionStore.layerMemory"))
