/**
 * What `StoreInspection` demands of its adapters: it says truly what the `SentinelStore` beside it knows, and brings a
 * whole state back.
 *
 * Its cases forget everything that the store holds: give them a database of their own.
 *
 * @since 0.1.0
 */
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import { StoreInspection } from "@le-auth/sentinel/StoreInspection"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Contract from "./Contract.ts"
import { findCases } from "./internal/inspectionFindCases.ts"
import { listCases } from "./internal/inspectionListCases.ts"
import { stateCases } from "./internal/inspectionStateCases.ts"

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
>()("@le-auth/testing/StoreInspectionContract/InspectedStore") {}

/**
 * The cases, in no particular order.
 *
 * @category models
 * @since 0.1.0
 */
export const cases: ReadonlyArray<Contract.ContractCase<InspectedStore["Service"]>> = [
  ...findCases,
  ...listCases,
  ...stateCases
]

const contract = { port: InspectedStore, cases }

type Both = SentinelStore | StoreInspection

const inspected = <E>(layer: Layer.Layer<Both, E>): Layer.Layer<InspectedStore, E> =>
  Layer.effect(
    InspectedStore,
    Effect.gen(function* () {
      return { store: yield* SentinelStore, inspection: yield* StoreInspection }
    })
  ).pipe(Layer.provide(layer))

const both = <E>(options: Contract.Options<Both, E> = {}): Contract.Options<InspectedStore, E> => ({
  ...options,
  second: options.second === undefined ? undefined : inspected(options.second)
})

/**
 * Registers the cases as vitest tests.
 *
 * @example
 * ```ts
 * // compiled only: vitest runs it
 * import { layerMemory } from "@le-auth/sentinel/SentinelStore"
 * import * as StoreInspectionContract from "@le-auth/testing/StoreInspectionContract"
 *
 * StoreInspectionContract.suite("layerMemory", layerMemory)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <E, E2 = never>(
  name: string,
  layer: Layer.Layer<Both, E>,
  options?: Contract.Options<Both, E2>
): void => Contract.suite(contract, `StoreInspection: ${name}`, inspected(layer), both(options))

/**
 * Runs the cases and gives those that do not hold, and those that could not be proven.
 *
 * @category constructors
 * @since 0.1.0
 */
export const check = <E, E2 = never>(
  layer: Layer.Layer<Both, E>,
  options?: Contract.Options<Both, E2>
): Effect.Effect<Contract.Findings> => Contract.check(contract, inspected(layer), both(options))
