/**
 * `SentinelStoreContract` as tests of vitest.
 *
 * @since 0.1.0
 */
import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import type * as Layer from "effect/Layer"
import type * as Contract from "./Contract.ts"
import * as ContractSuite from "./ContractSuite.ts"
import * as SentinelStoreContract from "./SentinelStoreContract.ts"

/**
 * Registers the cases of `SentinelStoreContract` as vitest tests.
 *
 * @example
 * ```ts
 * // compiled only: vitest runs it
 * import { layerMemory } from "@le-auth/sentinel/SentinelStore"
 * import * as SentinelStoreSuite from "@le-auth/testing/SentinelStoreSuite"
 *
 * SentinelStoreSuite.suite("layerMemory", layerMemory)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <E, E2 = never>(
  name: string,
  layer: Layer.Layer<SentinelStore, E>,
  options?: Contract.Options<SentinelStore, E2>
): void => ContractSuite.suite(SentinelStoreContract.contract, `SentinelStore: ${name}`, layer, options)
