/** What the tabs of an application tell each other, and what only one of them does at a time. */

/** The same as in the page that ends a popup (`SignInWindow` of `@le-auth/web`). Only pages of one origin share a channel. */
const channelName = "le-auth"

/** Says that the session may have changed. It is a hint and never a fact: who hears it asks the backend. */
export const announce = (): void => {
  const channel = new BroadcastChannel(channelName)
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin only
  channel.postMessage("changed")
  channel.close()
}

/** Calls back for each message of another tab or window, until the function that it returns is called. */
export const listen = (callback: (message: unknown) => void): (() => void) => {
  const channel = new BroadcastChannel(channelName)
  channel.addEventListener("message", ({ data }) => callback(data))
  return () => channel.close()
}

/**
 * Has one tab do something, and the others wait for it, no longer than `signal` says, and then do `others`: a browser may freeze
 * a tab in the middle of its work. Where there are no locks (pages that came over http), each tab does it.
 */
export const once = async <A>(
  name: string,
  signal: AbortSignal,
  work: () => Promise<A>,
  others: () => Promise<A>
): Promise<A> => {
  const { locks } = navigator
  if (locks === undefined) return work()
  const mine = await locks.request(name, { ifAvailable: true }, async (lock) =>
    lock === null ? undefined : { result: await work() }
  )
  if (mine !== undefined) return mine.result
  // Gave up: what `others` says of it is right.
  await locks.request(name, { mode: "shared", signal }, () => undefined).catch(() => undefined)
  return others()
}
