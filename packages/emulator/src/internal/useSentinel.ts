/** The fixture of the runners that have hooks: one Sentinel for the file or the group of tests that asks for it. */
import { type Sentinel, startSentinel } from "../Emulator.ts"
import type { FixtureOptions } from "../Fixture.ts"

/** The hooks of a runner. Each one counts for the file or the group in which it is called. */
export interface Hooks {
  readonly beforeAll: (hook: () => Promise<void>) => unknown
  readonly beforeEach: (hook: () => Promise<void>) => unknown
  readonly afterAll: (hook: () => Promise<void>) => unknown
}

/** What is known before there is a Sentinel. A promise that gives the handle asks for `then`. */
const always = new Set<string | symbol>(["then", Symbol.toStringTag])

/** Stands for a Sentinel that is there later, so that a test file can name it once, at its top. */
const handleOf = (current: () => Sentinel | undefined): Sentinel =>
  new Proxy(Object.create(null) as Sentinel, {
    get: (_, name) => {
      const sentinel = current()
      if (sentinel === undefined && !always.has(name)) {
        throw new Error(
          `There is no Sentinel yet, or no longer, that could give "${String(name)}": use what useSentinel gives in tests, and in hooks that come after it.`
        )
      }
      return sentinel === undefined ? undefined : Reflect.get(sentinel, name)
    }
  })

export const makeUseSentinel =
  (hooks: Hooks, start: typeof startSentinel = startSentinel) =>
  ({ reset = true, ...options }: FixtureOptions = {}): Sentinel => {
    let sentinel: Sentinel | undefined
    hooks.beforeAll(async () => {
      sentinel = await start(options)
    })
    // Before each and not after each: what a test has left behind can be looked at until the next one begins.
    if (reset) hooks.beforeEach(async () => sentinel?.reset())
    hooks.afterAll(async () => {
      const last = sentinel
      sentinel = undefined
      await last?.stop()
    })
    return handleOf(() => sentinel)
  }
