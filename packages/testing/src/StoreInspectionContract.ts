/**
 * What `StoreInspection` demands of its adapters: it says truly what the `SentinelStore` beside it knows, and brings a
 * whole state back.
 *
 * Its cases forget everything that the store holds: give them a database of their own.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Contract from "./Contract.ts"
import { both, type Both, inspected, InspectedStore } from "./internal/inspectedStore.ts"
import { findCases } from "./internal/inspectionFindCases.ts"
import { listCases } from "./internal/inspectionListCases.ts"
import { stateCases } from "./internal/inspectionStateCases.ts"

export { InspectedStore }

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

/**
 * The contract, for `ContractSuite.suite` and `Contract.check`.
 *
 * @category models
 * @since 0.1.0
 */
export const contract = { port: InspectedStore, cases }

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
