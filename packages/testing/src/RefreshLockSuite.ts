/**
 * `RefreshLockContract` as tests of vitest.
 *
 * @since 0.1.0
 */
import type { RefreshLock } from "@le-auth/core/RefreshLock"
import type * as Layer from "effect/Layer"
import * as ContractSuite from "./ContractSuite.ts"
import * as RefreshLockContract from "./RefreshLockContract.ts"

/**
 * Registers the cases of `RefreshLockContract` as vitest tests.
 *
 * @example
 * ```ts
 * // compiled only: vitest runs it
 * import { layerMemory } from "@le-auth/core/RefreshLock"
 * import * as RefreshLockSuite from "@le-auth/testing/RefreshLockSuite"
 *
 * RefreshLockSuite.suite("layerMemory", layerMemory)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <E, E2 = never>(
  name: string,
  layer: Layer.Layer<RefreshLock, E>,
  options?: RefreshLockContract.Options<E2>
): void =>
  // A waiter sleeps: an engine whose time is moved on would only end the lease of the holder.
  ContractSuite.suite(RefreshLockContract.contractOf(options), `RefreshLock: ${name}`, layer, {
    ...options,
    elapse: undefined
  })
