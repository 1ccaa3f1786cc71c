// @effect-diagnostics globalDate:off
import type { CustomStores } from "@le-auth/server"
import { setTimeout as sleep } from "node:timers/promises"

/** Runs one statement of the database that the application has anyway, and gives its rows. */
type Rows = (sql: string, ...values: ReadonlyArray<string | number>) => Promise<ReadonlyArray<Record<string, unknown>>>

export const table = `CREATE TABLE IF NOT EXISTS le_auth (
  id VARCHAR(2000) PRIMARY KEY, account VARCHAR(40), value TEXT NOT NULL, expires_at BIGINT NOT NULL
)`

/** Run it once an hour. */
export const cleanUp = (rows: Rows) => rows("DELETE FROM le_auth WHERE expires_at < ?", Date.now())

/** Longer than a refresh takes. The lock of a process that died is free after that. */
const lease = 60_000

export const sqlStores = (rows: Rows): CustomStores => {
  const one = async (sql: string, ...values: ReadonlyArray<string | number>) => (await rows(sql, ...values))[0]
  const text = async (sql: string, id: string) => (await one(sql, id))?.["value"] as string | undefined
  const keep = async (id: string, value: string, expiresAt: number, account = "") => {
    await rows(
      `INSERT INTO le_auth (id, account, value, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
      id,
      account,
      value,
      expiresAt
    )
  }
  const select = "SELECT value FROM le_auth WHERE id = ?"

  return {
    sessions: {
      get: (key) => text(select, `session ${key}`),
      set: async (key, value, { expiresAt, over }) => {
        const id = `session ${key}`
        if (over === undefined) {
          await keep(id, value, expiresAt, key.split("/")[0])
          return true
        }
        const update = "UPDATE le_auth SET value = ?, expires_at = ? WHERE id = ? AND value = ? RETURNING id"
        return (await one(update, value, expiresAt, id, over)) !== undefined
      },
      remove: async (key, { only }) => {
        const id = `session ${key}`
        if (only !== undefined) {
          return (await one("DELETE FROM le_auth WHERE id = ? AND value = ? RETURNING id", id, only)) !== undefined
        }
        await rows("DELETE FROM le_auth WHERE id = ?", id)
        return true
      },
      list: async (accountId) => {
        const found = await rows("SELECT id FROM le_auth WHERE account = ?", accountId)
        return found.map(({ id }) => String(id).slice("session ".length))
      }
    },
    transactions: {
      put: (id, value, { expiresAt }) => keep(`transaction ${id}`, value, expiresAt),
      take: (id) => text("DELETE FROM le_auth WHERE id = ? RETURNING value", `transaction ${id}`)
    },
    browsers: {
      put: (id, value, { expiresAt }) => keep(`browser ${id}`, value, expiresAt),
      get: (id) => text(select, `browser ${id}`),
      remove: async (id) => void (await rows("DELETE FROM le_auth WHERE id = ?", `browser ${id}`))
    },
    appTokens: {
      get: (key) => text(select, `app ${key}`),
      set: (key, value, { expiresAt }) => keep(`app ${key}`, value, expiresAt),
      remove: async (key) => void (await rows("DELETE FROM le_auth WHERE id = ?", `app ${key}`))
    },
    lock: {
      withLock: async (key, run) => {
        const [id, owner] = [`lock ${key}`, crypto.randomUUID()]
        const take = `INSERT INTO le_auth (id, value, expires_at) VALUES (?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
          WHERE le_auth.expires_at < ? RETURNING id`
        while ((await one(take, id, owner, Date.now() + lease, Date.now())) === undefined) {
          await sleep(20 + Math.random() * 80)
        }
        try {
          return await run()
        } finally {
          await rows("DELETE FROM le_auth WHERE id = ? AND value = ?", id, owner)
        }
      }
    }
  }
}
