// Stores of an application's own, in the memory of one worker.
import type { CustomStores } from "@le-auth/server"

const sessions = new Map<string, string>()
const transactions = new Map<string, string>()
const browsers = new Map<string, string>()
const running = new Map<string, Promise<unknown>>()

export const stores: CustomStores = {
  sessions: {
    get: async (key) => sessions.get(key),
    set: async (key, value, { over }) => {
      if (over !== undefined && sessions.get(key) !== over) return false
      sessions.set(key, value)
      return true
    },
    remove: async (key, { only }) => (only === undefined || sessions.get(key) === only) && (sessions.delete(key), true),
    list: async (accountId) => [...sessions.keys()].filter((key) => key.startsWith(`${accountId}/`))
  },
  transactions: {
    put: async (id, value) => void transactions.set(id, value),
    take: async (id) => {
      const value = transactions.get(id)
      transactions.delete(id)
      return value
    }
  },
  browsers: {
    put: async (id, value) => void browsers.set(id, value),
    get: async (id) => browsers.get(id),
    remove: async (id) => void browsers.delete(id)
  },
  lock: {
    withLock: (key, run) => {
      const mine = (running.get(key) ?? Promise.resolve()).then(run, run)
      running.set(key, mine)
      return mine
    }
  }
}
