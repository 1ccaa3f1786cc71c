/**
 * Sentinel in the tests of Jest.
 *
 * @since 0.1.0
 */
import type { startSentinel } from "./Emulator.ts"
import type { FixtureOptions, UsedSentinel } from "./Fixture.ts"
import { type Hooks, makeUseSentinel, patience } from "./internal/useSentinel.ts"
import { loadOutside } from "./internal/outsideOfJest.ts"

export type { FixtureOptions, UsedSentinel } from "./Fixture.ts"

/** Jest has its hooks as globals, and as an import that this package cannot have. */
const hook =
  (name: keyof Hooks): Hooks[keyof Hooks] =>
  (run) => {
    const add: unknown = Reflect.get(globalThis, name)
    if (typeof add !== "function") {
      throw new Error(
        `There is no global "${name}". Call useSentinel in a test file of Jest, whose option injectGlobals has to be true, as it is by default.`
      )
    }
    add(run, patience)
  }

const start: typeof startSentinel = async (options) => (await loadOutside()).startSentinel(options)

/**
 * Starts a Sentinel for the file, or for the group, in which it is called: before the first test, on free ports. It is
 * reset before each test, and stopped after the last one. What it gives is used in tests and in hooks. The tests fail
 * with an `EmulatorError` if Sentinel cannot start.
 *
 * It works in test files that are modules and in those that are CommonJS, without an option of Node. Sentinel runs
 * outside of the sandbox in which Jest has the file, so `instanceof Error` is false for its errors: look at the `code`.
 *
 * @example
 * ```ts
 * // compiled only
 * import { useSentinel } from "@le-auth/emulator/jest"
 *
 * const sentinel = useSentinel()
 *
 * // In a test
 * export const administrator = async (): Promise<string> =>
 *   (await sentinel.token({ user: "admin@example.com" })).access_token
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const useSentinel: (options?: FixtureOptions) => UsedSentinel = makeUseSentinel(
  { beforeAll: hook("beforeAll"), beforeEach: hook("beforeEach"), afterAll: hook("afterAll") },
  start
)
