/**
 * What `SentinelStore` demands of its adapters: above all that every change of state is one step with one winner.
 *
 * @since 0.1.0
 */
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Contract from "./Contract.ts"
import { codeCases } from "./internal/sentinelCodeCases.ts"
import { refreshCases } from "./internal/sentinelRefreshCases.ts"
import { sessionCases } from "./internal/sentinelSessionCases.ts"

/**
 * The cases, in no particular order.
 *
 * @category models
 * @since 0.1.0
 */
export const cases: ReadonlyArray<Contract.ContractCase<SentinelStore["Service"]>> = [
  ...sessionCases,
  ...codeCases,
  ...refreshCases
]

const contract = { port: SentinelStore, cases }

/**
 * Registers the cases as vitest tests.
 *
 * @example
 * ```ts
 * // compiled only: vitest runs it
 * import { layerMemory } from "@le-auth/sentinel/SentinelStore"
 * import * as SentinelStoreContract from "@le-auth/testing/SentinelStoreContract"
 *
 * SentinelStoreContract.suite("layerMemory", layerMemory)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <E, E2 = never>(
  name: string,
  layer: Layer.Layer<SentinelStore, E>,
  options?: Contract.Options<SentinelStore, E2>
): void => Contract.suite(contract, `SentinelStore: ${name}`, layer, options)

/**
 * Runs the cases and gives those that do not hold, and those that could not be proven.
 *
 * @category constructors
 * @since 0.1.0
 */
export const check = <E, E2 = never>(
  layer: Layer.Layer<SentinelStore, E>,
  options?: Contract.Options<SentinelStore, E2>
): Effect.Effect<Contract.Findings> => Contract.check(contract, layer, options)
