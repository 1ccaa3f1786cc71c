/**
 * `SessionStoreContract` as tests of vitest.
 *
 * @since 0.1.0
 */
import type { SessionStore } from "@le-auth/core/SessionStore"
import type * as Layer from "effect/Layer"
import * as ContractSuite from "./ContractSuite.ts"
import * as SessionStoreContract from "./SessionStoreContract.ts"

/**
 * Registers the cases of `SessionStoreContract` as vitest tests.
 *
 * @example
 * ```ts
 * // compiled only: vitest runs it
 * import { layerMemory } from "@le-auth/core/SessionStore"
 * import * as SessionStoreSuite from "@le-auth/testing/SessionStoreSuite"
 *
 * SessionStoreSuite.suite("layerMemory", layerMemory)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <E, E2 = never>(
  name: string,
  layer: Layer.Layer<SessionStore, E>,
  options?: SessionStoreContract.Options<E2>
): void => ContractSuite.suite(SessionStoreContract.contractOf(options), `SessionStore: ${name}`, layer, options)
