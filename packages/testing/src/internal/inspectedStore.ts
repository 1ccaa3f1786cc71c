/** A `SentinelStore` and its inspection, as one port. */
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import { StoreInspection } from "@le-auth/sentinel/StoreInspection"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Contract from "../Contract.ts"

/**
 * A store, and the inspection of it.
 *
 * @category services
 * @since 0.1.0
 */
export class InspectedStore extends Context.Service<
  InspectedStore,
  {
    /** The store, which changes. */
    readonly store: SentinelStore["Service"]
    /** The inspection of the same data. */
    readonly inspection: StoreInspection["Service"]
  }
>()("@le-auth/testing/internal/inspectedStore") {}

export type Both = SentinelStore | StoreInspection

export const inspected = <E>(layer: Layer.Layer<Both, E>): Layer.Layer<InspectedStore, E> =>
  Layer.effect(
    InspectedStore,
    Effect.gen(function* () {
      return { store: yield* SentinelStore, inspection: yield* StoreInspection }
    })
  ).pipe(Layer.provide(layer))

export const both = <E>(options: Contract.Options<Both, E> = {}): Contract.Options<InspectedStore, E> => ({
  ...options,
  second: options.second === undefined ? undefined : inspected(options.second)
})
