/**
 * The cases of a contract as tests of vitest, which `@effect/vitest` and vitest are needed for. Without them, any test
 * runner takes `Contract.check`.
 *
 * @since 0.1.0
 */
import { describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import type * as Layer from "effect/Layer"
import type { Contract, Options } from "./Contract.ts"
import { limitOf, plan, runCase } from "./internal/running.ts"

/**
 * Registers the cases of a contract as vitest tests under `name`. Each test builds the layer anew. What cannot be
 * proven is a `todo`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <Identifier, Port, E, E2 = never>(
  contract: Contract<Identifier, Port>,
  name: string,
  layer: Layer.Layer<Identifier, E>,
  options: Options<Identifier, E2> = {}
): void => {
  const isLive = options.live === true
  const test = isLive ? it.live : it.effect
  const { provable, unproven } = plan(contract, options, isLive)
  // Longer than the case's own limit, which has the better message.
  const timeout = Duration.toMillis(limitOf(options)) + 5000
  describe(name, () => {
    for (const contractCase of provable) {
      test(contractCase.name, () => runCase(contract, contractCase, layer, options, isLive), timeout)
    }
    for (const { name, reason } of unproven) it.todo(`${name} (not proven: ${reason})`)
  })
}
