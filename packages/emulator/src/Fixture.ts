/**
 * What the fixtures of all test runners have in common.
 *
 * @since 0.1.0
 */
import type { Sentinel } from "./Emulator.ts"
import type { Options } from "./Options.ts"

/**
 * The options of `useSentinel`: those of `startSentinel`, and when the state is reset.
 *
 * @example
 * ```ts
 * import type { FixtureOptions } from "@le-auth/emulator/node-test"
 *
 * export const options: FixtureOptions = { points: { accessTokenLifetime: "1 hour" } }
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface FixtureOptions extends Options {
  /**
   * Whether each test begins with the configuration of the start, without sessions, tokens, faults and journal,
   * at the real time. `false` is for tests of a file that run at once, or that continue one another. Default: `true`.
   */
  readonly reset?: boolean | undefined
}

/**
 * What `useSentinel` gives: the Sentinel itself, once it has started, and a promise of it. It has started in tests. In
 * hooks that may run before, as those of `node:test` do, `await` it.
 *
 * @category models
 * @since 0.1.0
 */
export interface UsedSentinel extends Sentinel, PromiseLike<Sentinel> {}
