import type { CustomStores } from "@le-auth/server"
import { randomUUID } from "node:crypto"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as sleep } from "node:timers/promises"

/** In a file of SQLite. In another database the statements are the same. What has expired is dropped at the start. */
export const makeStores = (file: string): CustomStores => {
  const database = new DatabaseSync(file, { timeout: 5000 })
  database.exec(`
    CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS others (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS locks (key TEXT PRIMARY KEY, owner TEXT NOT NULL, expires INTEGER NOT NULL);
    DELETE FROM sessions WHERE expires < ${Date.now()};
    DELETE FROM others WHERE expires < ${Date.now()};
  `)
  const run = (sql: string, ...values: Array<string | number>) => Number(database.prepare(sql).run(...values).changes)
  const value = (sql: string, ...values: Array<string | number>) =>
    database.prepare(sql).get(...values)?.["value"] as string | undefined

  /** Sign-ins under way, and browsers: the same, with another beginning of the key. */
  const expiring = (kind: string) => ({
    put: async (id: string, text: string, { expiresAt }: { readonly expiresAt: number }) =>
      void run("INSERT OR REPLACE INTO others VALUES (?, ?, ?)", kind + id, text, expiresAt),
    get: async (id: string) => value("SELECT value FROM others WHERE key = ?", kind + id),
    take: async (id: string) => value("DELETE FROM others WHERE key = ? RETURNING value", kind + id),
    remove: async (id: string) => void run("DELETE FROM others WHERE key = ?", kind + id)
  })

  return {
    sessions: {
      get: async (key) => value("SELECT value FROM sessions WHERE key = ?", key),
      set: async (key, text, { expiresAt, over }) =>
        over === undefined
          ? run("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)", key, text, expiresAt) === 1
          : run(
              "UPDATE sessions SET value = ?, expires = ? WHERE key = ? AND value = ?",
              text,
              expiresAt,
              key,
              over
            ) === 1,
      remove: async (key, { only }) =>
        only === undefined
          ? run("DELETE FROM sessions WHERE key = ?", key) === 1
          : run("DELETE FROM sessions WHERE key = ? AND value = ?", key, only) === 1,
      list: async (accountId) => {
        const sql = "SELECT key FROM sessions WHERE substr(key, 1, length(?1) + 1) = ?1 || '/'"
        return database
          .prepare(sql)
          .all(accountId)
          .map((row) => row["key"] as string)
      }
    },
    transactions: expiring("sign-in "),
    browsers: expiring("browser "),
    lock: {
      withLock: async (key, work) => {
        const owner = randomUUID()
        const take = `INSERT INTO locks VALUES (?1, ?2, ?3) ON CONFLICT (key)
          DO UPDATE SET owner = excluded.owner, expires = excluded.expires WHERE expires < ?4`
        // A process that died is not waited for longer than half a minute.
        while (run(take, key, owner, Date.now() + 30_000, Date.now()) === 0) await sleep(20)
        try {
          return await work()
        } finally {
          run("DELETE FROM locks WHERE key = ? AND owner = ?", key, owner)
        }
      }
    }
  }
}
