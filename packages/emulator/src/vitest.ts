/**
 * Sentinel in the tests of vitest.
 *
 * @since 0.1.0
 */
import { afterAll, beforeAll, beforeEach } from "vitest"
import type { Sentinel } from "./Emulator.ts"
import type { FixtureOptions } from "./Fixture.ts"
import { makeUseSentinel } from "./internal/useSentinel.ts"

export type { FixtureOptions } from "./Fixture.ts"

/**
 * Starts a Sentinel for the file, or for the group, in which it is called: before the first test, on free ports. It is
 * reset before each test, and stopped after the last one. What it gives is used in tests, and in hooks that come after
 * it; the first test fails with an `EmulatorError` if Sentinel cannot start.
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
export const useSentinel: (options?: FixtureOptions) => Sentinel = makeUseSentinel({
  beforeAll: (hook) => beforeAll(hook),
  beforeEach: (hook) => beforeEach(hook),
  afterAll: (hook) => afterAll(hook)
})
