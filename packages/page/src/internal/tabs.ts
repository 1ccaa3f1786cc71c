/** The channel between the tabs of an application, and work that only one of them does at a time. */

/**
 * The page that ends a popup (`SignInWindow` of `@le-auth/web`) uses the same name. Only pages of one origin share a
 * channel.
 */
const channelName = "le-auth"

/** Tells the other tabs that the session may have changed. It is a hint, so they ask the backend. */
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
 * One tab does `work`. The other tabs wait for it until `signal` ends the wait, since a browser may freeze a tab in the
 * middle of its work, and then do `others`. Without locks, as on pages over http, each tab does `work`.
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
  // If the wait was given up, the result of `others` says so.
  await locks.request(name, { mode: "shared", signal }, () => undefined).catch(() => undefined)
  return others()
}
