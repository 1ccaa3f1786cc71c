import { onChange, resume, type SessionResult } from "@le-auth/page"
import { useSyncExternalStore } from "react"

// One for all components of the page. On a server nothing subscribes, so nothing is kept there.
let current: SessionResult | undefined
let asked = 0
let stop = () => {}
const listeners = new Set<() => void>()

const ask = async () => {
  const turn = ++asked
  const result = await resume()
  // An older answer may come after a newer one.
  if (turn !== asked) return
  current = result
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  if (listeners.size === 1) {
    stop = onChange(ask)
    void ask()
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    stop()
    asked++
    current = undefined
  }
}

/** The session, in all tabs alike. `undefined` until it is known, and on the server. */
export const useSession = (): SessionResult | undefined =>
  useSyncExternalStore(
    subscribe,
    () => current,
    () => undefined
  )
