/** What a Sentinel of this process and one that runs elsewhere have in common. */
import * as Predicate from "effect/Predicate"
import type { SentinelConfig } from "../Documents.ts"
import type { ConnectedSentinel } from "../Emulator.ts"
import * as Calls from "./calls.ts"
import * as Errors from "./errors.ts"

export const make = (options: {
  readonly way: Calls.Way
  readonly control: string | undefined
  readonly config: SentinelConfig
  readonly stop: () => Promise<void>
}): ConnectedSentinel => {
  const { config, stop, way } = options
  const control = Calls.make(way, options.control)
  const { approve, tokens } = control.signIns
  return {
    config,
    approve: async (url, options = {}) => {
      // A text in its place would otherwise sign the first user in.
      if (!Predicate.isObject(options)) throw Errors.invalidCall(["The options of approve are an object: { user }."])
      const { user } = options
      return (await approve({ url: String(url), ...(user !== undefined && { user }) })).callback
    },
    deny: async (url, denial) => (await approve({ url: String(url), deny: denial ?? true })).callback,
    token: tokens,
    control,
    faults: control.faults,
    clock: control.clock,
    journal: control.journal,
    snapshot: (name) => control.state.save({ name }),
    restore: (name) => control.state.restore({ name }),
    reset: control.state.reset,
    stop,
    [Symbol.asyncDispose]: stop
  }
}
