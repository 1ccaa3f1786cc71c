/** Stores in maps, as people would write them. Those on the same data are one store for two processes. */
import type { CustomStores } from "../src/Stores.ts"

export const emptyData = () => ({
  sessions: new Map<string, string>(),
  transactions: new Map<string, string>(),
  browsers: new Map<string, string>(),
  appTokens: new Map<string, string>(),
  /** The end of the last turn of each key. */
  turns: new Map<string, Promise<unknown>>()
})

export type Data = ReturnType<typeof emptyData>

/** A step in between, as every engine has one. Workers have timers only. */
const later = () => new Promise<void>((resolve) => setTimeout(resolve, 0))

export const mapStores = (data: Data = emptyData()): CustomStores => ({
  sessions: {
    get: async (key) => {
      await later()
      return data.sessions.get(key)
    },
    set: async (key, value, { over }) => {
      await later()
      if (over !== undefined && data.sessions.get(key) !== over) return false
      data.sessions.set(key, value)
      return true
    },
    remove: async (key, { only }) => {
      await later()
      return (only === undefined || data.sessions.get(key) === only) && data.sessions.delete(key)
    },
    list: async (accountId) => [...data.sessions.keys()].filter((key) => key.startsWith(`${accountId}/`))
  },
  transactions: {
    put: async (id, value) => {
      await later()
      data.transactions.set(id, value)
    },
    take: async (id) => {
      await later()
      const value = data.transactions.get(id)
      data.transactions.delete(id)
      return value
    }
  },
  browsers: {
    put: async (id, value) => void data.browsers.set(id, value),
    get: async (id) => data.browsers.get(id) ?? null,
    remove: async (id) => void data.browsers.delete(id)
  },
  appTokens: {
    get: async (key) => data.appTokens.get(key),
    set: async (key, value) => void data.appTokens.set(key, value),
    remove: async (key) => void data.appTokens.delete(key)
  },
  lock: {
    withLock: (key, run) => {
      const turn = (data.turns.get(key) ?? Promise.resolve()).then(run)
      data.turns.set(
        key,
        turn.catch(() => {})
      )
      return turn
    }
  }
})
