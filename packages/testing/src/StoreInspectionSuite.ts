/**
 * `StoreInspectionContract` as tests of vitest.
 *
 * @since 0.1.0
 */
import type * as Layer from "effect/Layer"
import type * as Contract from "./Contract.ts"
import * as ContractSuite from "./ContractSuite.ts"
import { both, type Both, inspected } from "./internal/inspectedStore.ts"
import { contract } from "./StoreInspectionContract.ts"

/**
 * Registers the cases of `StoreInspectionContract` as vitest tests.
 *
 * @example
 * ```ts
 * // compiled only: vitest runs it
 * import { layerMemory } from "@le-auth/sentinel/SentinelStore"
 * import * as StoreInspectionSuite from "@le-auth/testing/StoreInspectionSuite"
 *
 * StoreInspectionSuite.suite("layerMemory", layerMemory)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <E, E2 = never>(
  name: string,
  layer: Layer.Layer<Both, E>,
  options?: Contract.Options<Both, E2>
): void => ContractSuite.suite(contract, `StoreInspection: ${name}`, inspected(layer), both(options))
