/** What a Sentinel of this process and one that runs elsewhere have in common. */
import type { SentinelConfig, TokenResponse } from "../Documents.ts"
import type { ConnectedSentinel } from "../Emulator.ts"
import * as Calls from "./calls.ts"

export const make = (options: {
  readonly way: Calls.Way
  readonly control: string | undefined
  readonly config: SentinelConfig
  readonly stop: () => Promise<void>
}): ConnectedSentinel => {
  const { config, stop, way } = options
  const control = Calls.make(way, options.control)
  const callback = async (asked: object) =>
    ((await Calls.post(way, "/control/approve", asked)) as { readonly callback: string }).callback
  return {
    config,
    approve: (url, { user } = {}) => callback({ url: String(url), user }),
    deny: (url, { description, error } = {}) =>
      callback({
        url: String(url),
        deny: error === undefined && description === undefined ? true : { error, description }
      }),
    token: async ({ account, client, scope, user } = {}) =>
      (await Calls.post(way, "/control/tokens", { account, client, user, scope })) as TokenResponse,
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
