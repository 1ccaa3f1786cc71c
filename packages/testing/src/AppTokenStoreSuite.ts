/**
 * `AppTokenStoreContract` as tests of vitest.
 *
 * @since 0.1.0
 */
import type { AppTokenStore } from "@le-auth/core/AppTokenStore"
import type * as Layer from "effect/Layer"
import * as ContractSuite from "./ContractSuite.ts"
import * as AppTokenStoreContract from "./AppTokenStoreContract.ts"

/**
 * Registers the cases of `AppTokenStoreContract` as vitest tests.
 *
 * @example
 * ```ts
 * // compiled only: vitest runs it
 * import { layerMemory } from "@le-auth/core/AppTokenStore"
 * import * as AppTokenStoreSuite from "@le-auth/testing/AppTokenStoreSuite"
 *
 * AppTokenStoreSuite.suite("layerMemory", layerMemory)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <E, E2 = never>(
  name: string,
  layer: Layer.Layer<AppTokenStore, E>,
  options?: AppTokenStoreContract.Options<E2>
): void => ContractSuite.suite(AppTokenStoreContract.contractOf(options), `AppTokenStore: ${name}`, layer, options)
