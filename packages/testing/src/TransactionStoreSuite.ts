/**
 * `TransactionStoreContract` as tests of vitest.
 *
 * @since 0.1.0
 */
import type { TransactionStore } from "@le-auth/core/TransactionStore"
import type * as Layer from "effect/Layer"
import * as ContractSuite from "./ContractSuite.ts"
import * as TransactionStoreContract from "./TransactionStoreContract.ts"

/**
 * Registers the cases of `TransactionStoreContract` as vitest tests.
 *
 * @example
 * ```ts
 * // compiled only: vitest runs it
 * import { layerMemory } from "@le-auth/core/TransactionStore"
 * import * as TransactionStoreSuite from "@le-auth/testing/TransactionStoreSuite"
 *
 * TransactionStoreSuite.suite("layerMemory", layerMemory)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <E, E2 = never>(
  name: string,
  layer: Layer.Layer<TransactionStore, E>,
  options?: TransactionStoreContract.Options<E2>
): void =>
  ContractSuite.suite(TransactionStoreContract.contractOf(options), `TransactionStore: ${name}`, layer, options)
