/**
 * Says whether stores of your own keep their promises, without a test runner.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Checking from "./internal/checking.ts"
import type { CustomStores } from "./Stores.ts"

/**
 * What `checkStores` found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Findings {
  /** What does not hold, and how that showed. Empty if all is well. */
  readonly violations: ReadonlyArray<{ readonly name: string; readonly problem: string }>
  /** What could not be tried, and why. */
  readonly unproven: ReadonlyArray<{ readonly name: string; readonly reason: string }>
}

/**
 * What is tried.
 *
 * @category models
 * @since 0.1.0
 */
export interface CheckOptions {
  /** Makes the stores. It is called once. */
  readonly make: () => CustomStores | Promise<CustomStores>
  /**
   * Makes others on the same data, as another process would have them: with a connection of their own, and with nothing
   * of the first ones in memory. Without it, nothing is proven for more than one process.
   */
  readonly second?: (() => CustomStores | Promise<CustomStores>) | undefined
  /**
   * Lets time pass in the engine, such as by taking it off every time to live. Without it, it is not proven that
   * sign-ins are kept for ten minutes and sessions for 30 days.
   */
  readonly elapse?: ((milliseconds: number) => Promise<void>) | undefined
}

/**
 * Tries stores, for some seconds. They may have data: accounts and ids are new ones each time, and what was written
 * stays.
 *
 * @example
 * ```ts
 * // compiled only
 * import { checkStores } from "@le-auth/server/check"
 * import type { CustomStores } from "@le-auth/server"
 * import assert from "node:assert/strict"
 * import { test } from "node:test"
 *
 * declare const connect: () => Promise<CustomStores> // yours
 *
 * test("our stores", async () => {
 *   const { violations } = await checkStores({ make: connect, second: connect })
 *   assert.deepEqual(violations, [])
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const checkStores = async ({ elapse, make, second }: CheckOptions): Promise<Findings> =>
  Effect.runPromise(Checking.check(await make(), await second?.(), elapse))
