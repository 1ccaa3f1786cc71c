/** The fixture of the runners that have hooks: one Sentinel for the file or the group of tests that asks for it. */
import type { Sentinel, startSentinel } from "../Emulator.ts"
import type { FixtureOptions, UsedSentinel } from "../Fixture.ts"
import { anew } from "./anew.ts"

type Hook = () => Promise<void>

/** The hooks of a runner. Each one counts for the file or the group in which it is called. */
export interface Hooks {
  readonly beforeAll: (hook: Hook) => unknown
  readonly beforeEach: (hook: Hook) => unknown
  readonly afterAll: (hook: Hook) => unknown
}

/** For runners that give a hook five seconds, on a machine that has much to do. In milliseconds. */
export const patience = 60_000

/**
 * Stands for a Sentinel that is there later, so that a test file can name it once, at its top. A promise of it also
 * does, for hooks: those of `node:test` do not wait for one another.
 */
const handleOf = (started: Promise<Sentinel>, current: () => Sentinel | undefined): UsedSentinel => {
  const then = started.then.bind(started)
  return new Proxy(Object.create(null) as UsedSentinel, {
    get: (_, name) => {
      if (name === "then") return then
      const sentinel = current()
      if (sentinel === undefined && typeof name === "string") {
        throw new Error(
          `There is no Sentinel yet that could give "${name}". It starts before the first test: use what useSentinel gives in tests and in hooks, and await it first in a hook of node:test.`
        )
      }
      return sentinel === undefined ? undefined : Reflect.get(sentinel, name)
    }
  })
}

export const makeUseSentinel =
  (hooks: Hooks, start: typeof startSentinel) =>
  ({ reset = true, ...options }: FixtureOptions = {}): UsedSentinel => {
    let sentinel: Sentinel | undefined
    const started = new Promise<Sentinel>((resolve, reject) => {
      hooks.beforeAll(async () => {
        try {
          sentinel = await start(options)
          resolve(sentinel)
        } catch (error) {
          reject(error)
          throw error
        }
      })
    })
    // The hook says it, too.
    started.catch(() => undefined)
    // Before each and not after each: what a test has left behind can be looked at until the next one begins.
    if (reset) hooks.beforeEach(async () => sentinel && anew(sentinel))
    hooks.afterAll(async () => sentinel?.stop())
    return handleOf(started, () => sentinel)
  }
