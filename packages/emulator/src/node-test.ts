/**
 * Sentinel in the tests of `node:test`.
 *
 * @since 0.1.0
 */
import { after, before, beforeEach } from "node:test"
import { startSentinel } from "./Emulator.ts"
import type { FixtureOptions, UsedSentinel } from "./Fixture.ts"
import { makeUseSentinel } from "./internal/useSentinel.ts"

export type { FixtureOptions, UsedSentinel } from "./Fixture.ts"

/**
 * Starts a Sentinel for the file, or for the suite, in which it is called: before the first test, on free ports. It is
 * reset before each test, and stopped after the last one. What it gives is used in tests and in hooks. The tests fail
 * with an `EmulatorError` if Sentinel cannot start.
 *
 * The hooks of `node:test` at the top of a file do not wait for one another: `await` it first in yours.
 *
 * @example
 * ```ts
 * // compiled only
 * import { useSentinel } from "@le-auth/emulator/node-test"
 * import assert from "node:assert/strict"
 * import { test } from "node:test"
 *
 * const sentinel = useSentinel()
 *
 * test("an administrator has a token", async () => {
 *   const { access_token } = await sentinel.token({ user: "admin@example.com" })
 *   assert.notEqual(access_token, "")
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const useSentinel: (options?: FixtureOptions) => UsedSentinel = makeUseSentinel(
  { beforeAll: before, beforeEach, afterAll: after },
  startSentinel
)
