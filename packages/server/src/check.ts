/**
 * Says whether stores of your own keep their promises, without a test runner.
 *
 * @since 0.1.0
 */
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
 * Tries stores. `make` makes them, `second` others on the same data, as another process would have them.
 *
 * @category constructors
 * @since 0.1.0
 */
export declare const checkStores: (options: {
  readonly make: () => CustomStores | Promise<CustomStores>
  readonly second?: (() => CustomStores | Promise<CustomStores>) | undefined
}) => Promise<Findings>
