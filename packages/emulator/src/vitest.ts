/**
 * Sentinel in the tests of vitest.
 *
 * @since 0.1.0
 */
import { afterAll, beforeAll, beforeEach } from "vitest"
import { startSentinel } from "./Emulator.ts"
import type { FixtureOptions, UsedSentinel } from "./Fixture.ts"
import { makeUseSentinel, patience } from "./internal/useSentinel.ts"

export type { FixtureOptions, UsedSentinel } from "./Fixture.ts"

/**
 * Starts a Sentinel for the file, or for the group, in which it is called: before the first test, on free ports. It is
 * reset before each test, and stopped after the last one. What it gives is used in tests and in hooks. The tests fail
 * with an `EmulatorError` if Sentinel cannot start.
 *
 * @example
 * ```ts
 * // compiled only
 * import { useSentinel } from "@le-auth/emulator/vitest"
 * import { expect, test } from "vitest"
 *
 * const sentinel = useSentinel()
 *
 * test("an administrator has a token", async () => {
 *   const { access_token } = await sentinel.token({ user: "admin@example.com" })
 *   expect(access_token).not.toBe("")
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const useSentinel: (options?: FixtureOptions) => UsedSentinel = makeUseSentinel(
  {
    beforeAll: (hook) => beforeAll(hook, patience),
    beforeEach: (hook) => beforeEach(hook),
    afterAll: (hook) => afterAll(hook)
  },
  startSentinel
)
