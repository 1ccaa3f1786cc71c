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

/**
 * The contract, for `ContractSuite.suite` and `Contract.check`.
 *
 * @category models
 * @since 0.1.0
 */
export const contract = { port: SentinelStore, cases }

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
