/**
 * What the fixtures of all test runners have in common.
 *
 * @since 0.1.0
 */
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
   * Whether each test begins with the configuration of the start, without sessions, tokens and faults, at the real
   * time. `false` is for tests of a file that run at once, or that continue one another. Default: `true`.
   */
  readonly reset?: boolean | undefined
}
