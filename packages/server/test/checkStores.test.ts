// @effect-diagnostics globalDate:off
/** `checkStores` finds what is wrong with stores, and nothing wrong with good ones. */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { type CheckOptions, checkStores, type Findings } from "@le-auth/server/check"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { sqlStores, table } from "../examples/sqlStores.ts"
import type { CustomStores } from "../src/Stores.ts"
import { type Data, emptyData, mapStores } from "./MapStores.ts"

const namesOf = ({ violations }: Findings) => violations.map(({ name }) => name)

const died = "lock: a holder that died lets go"
const inTwo = "all of it, in two processes"
const long = [
  "sessions: a session is kept for 30 days after it was set last",
  "transactions: a record is kept for ten minutes, as long as LivePerson's login page waits"
]

/** Of good stores in maps, with something about them that is wrong. */
const wrong = (change: (stores: CustomStores, data: Data) => Partial<CustomStores>) => {
  const data = emptyData()
  const make = () => {
    const stores = mapStores(data)
    return { ...stores, ...change(stores, data) }
  }
  return { make, second: make }
}

const expectations: ReadonlyArray<readonly [what: string, found: RegExp, options: CheckOptions]> = [
  [
    "app tokens that are not removed",
    /^appTokens: what is set is got/,
    wrong(({ appTokens }) => ({ appTokens: { ...appTokens!, remove: async () => undefined } }))
  ],
  [
    "app tokens that are kept without regard to case",
    /^appTokens: similar keys are different keys/,
    wrong(({ appTokens }) => ({
      appTokens: {
        get: (key) => appTokens!.get(key.toLowerCase()),
        set: (key, ...rest) => appTokens!.set(key.toLowerCase(), ...rest),
        remove: (key) => appTokens!.remove(key.toLowerCase())
      }
    }))
  ],
  [
    "a get that forgets to give the value",
    /^sessions: what is set is got/,
    wrong(({ sessions }) => ({ sessions: { ...sessions, get: async (key) => void (await sessions.get(key)) } }))
  ],
  [
    "a set that answers nothing",
    /^sessions: what is set is got/,
    wrong(({ sessions }) => ({
      sessions: { ...sessions, set: async (...call) => void (await sessions.set(...call)) as never }
    }))
  ],
  [
    "a set without compare",
    /^sessions: set with `over`/,
    wrong(({ sessions }) => ({
      sessions: { ...sessions, set: (key, value, options) => sessions.set(key, value, { ...options, over: undefined }) }
    }))
  ],
  [
    "a set that compares, and then writes",
    /^sessions: of 32 sets and removes/,
    wrong(({ sessions }) => ({
      sessions: {
        ...sessions,
        set: async (key, value, options) => {
          if (options.over !== undefined && (await sessions.get(key)) !== options.over) return false
          return sessions.set(key, value, { ...options, over: undefined })
        }
      }
    }))
  ],
  [
    "a set that compares without regard to case",
    /^sessions: set with `over`/,
    wrong(({ sessions }) => ({
      sessions: {
        ...sessions,
        set: async (key, value, options) => {
          const stored = await sessions.get(key)
          const isAlike = stored?.toLowerCase() === options.over?.toLowerCase()
          return sessions.set(key, value, { ...options, over: isAlike ? (stored ?? undefined) : options.over })
        }
      }
    }))
  ],
  [
    "a set that says true whatever it did",
    /^sessions: set with `over`/,
    wrong(({ sessions }) => ({
      sessions: { ...sessions, set: async (...call) => (await sessions.set(...call), true) }
    }))
  ],
  [
    "a remove without compare",
    /^sessions: set with `over`, and remove/,
    wrong(({ sessions }) => ({ sessions: { ...sessions, remove: (key) => sessions.remove(key, { only: undefined }) } }))
  ],
  [
    "a remove that compares, and then removes",
    /^sessions: of 32 sets and removes/,
    wrong(({ sessions }) => ({
      sessions: {
        ...sessions,
        remove: async (key, { only }) => {
          if (only !== undefined && (await sessions.get(key)) !== only) return false
          await sessions.remove(key, { only: undefined })
          return true
        }
      }
    }))
  ],
  [
    "a list with other accounts",
    /^sessions: list has the keys of its account/,
    wrong(({ sessions }, data) => ({
      sessions: {
        ...sessions,
        list: async (account) => [...data.sessions.keys()].filter((key) => key.startsWith(account))
      }
    }))
  ],
  [
    "a list with a key that was removed",
    /^sessions: a session that was removed is gone/,
    wrong(({ sessions }) => {
      const all = new Set<string>()
      return {
        sessions: {
          ...sessions,
          set: (...call) => (all.add(call[0]), sessions.set(...call)),
          list: async (account) => [...all].filter((key) => key.startsWith(`${account}/`))
        }
      }
    })
  ],
  [
    "keys without regard to case",
    /^sessions: no session is read, listed or removed through the key of another/,
    wrong(({ sessions }, data) => ({
      sessions: {
        get: (key) => sessions.get(key.toLowerCase()),
        set: (key, ...rest) => sessions.set(key.toLowerCase(), ...rest),
        remove: (key, options) => sessions.remove(key.toLowerCase(), options),
        list: async (account) => [...data.sessions.keys()].filter((key) => key.startsWith(`${account.toLowerCase()}/`))
      }
    }))
  ],
  [
    "keys that are cut",
    /^sessions: keys of 300 characters/,
    wrong(({ sessions }) => ({
      sessions: {
        ...sessions,
        get: (key) => sessions.get(key.slice(0, 255)),
        set: (key, ...rest) => sessions.set(key.slice(0, 255), ...rest),
        remove: (key, options) => sessions.remove(key.slice(0, 255), options)
      }
    }))
  ],
  ...(["sessions", "transactions", "browsers"] as const).flatMap((part) => {
    const writing = (name: string, found: RegExp, change: (value: string) => string) => {
      const verb = part === "sessions" ? "set" : "put"
      return [
        name,
        found,
        wrong((stores) => {
          const write = (stores[part] as unknown as Record<string, (...call: Array<unknown>) => unknown>)[verb]!
          const changed = (key: string, value: string, ...rest: Array<unknown>) => write(key, change(value), ...rest)
          return { [part]: { ...stores[part], [verb]: changed } }
        })
      ] as const
    }
    return [
      writing(`${part} whose text is trimmed`, new RegExp(`^${part}: a value is kept as it is`), (value) =>
        value.trim()
      ),
      writing(`${part} whose text is cut`, new RegExp(`^${part}: a value is kept as it is`), (value) =>
        value.slice(0, 4000)
      ),
      writing(`${part} in another encoding`, new RegExp(`^${part}: a value is kept as it is`), (value) =>
        Buffer.from(value, "latin1").toString("latin1")
      )
    ]
  }),
  [
    "sessions that are dropped early, by a timer that a long time overflows",
    /^sessions: a value is there until its time has come/,
    wrong(({ sessions }, data) => ({
      sessions: {
        ...sessions,
        set: (key, value, options) => {
          // Node fires at once, and warns, when the time is longer than 24 days.
          const wait = options.expiresAt - Date.now()
          setTimeout(() => data.sessions.delete(key), wait > 2 ** 31 ? 1 : wait).unref()
          return sessions.set(key, value, options)
        }
      }
    }))
  ],
  ...(["transactions", "browsers"] as const).map(
    (part) =>
      [
        `${part} that are dropped early`,
        new RegExp(`^${part}: a value is there until its time has come`),
        wrong((stores, data) => ({
          [part]: {
            ...stores[part],
            put: async (id: string, value: string, options: { readonly expiresAt: number }) => {
              await stores[part].put(id, value, options)
              setTimeout(() => data[part].delete(id), 500).unref()
            }
          }
        }))
      ] as const
  ),
  [
    "a take that gets, and then deletes",
    /^transactions: of 32 takes of one value at once/,
    wrong(({ transactions }, data) => ({
      transactions: {
        ...transactions,
        take: async (id) => {
          const value = data.transactions.get(id)
          await Promise.resolve()
          data.transactions.delete(id)
          return value
        }
      }
    }))
  ],
  [
    "a take that leaves it there",
    /^transactions: what is put is taken, once/,
    wrong(({ transactions }, data) => ({
      transactions: { ...transactions, take: async (id) => data.transactions.get(id) }
    }))
  ],
  [
    "a browser that is got once",
    /^browsers: what is put is got, as often as one asks/,
    wrong(({ browsers }, data) => ({
      browsers: {
        ...browsers,
        get: async (id) => {
          const value = data.browsers.get(id)
          data.browsers.delete(id)
          return value
        }
      }
    }))
  ],
  [
    "a browser that is not removed",
    /^browsers: what is put is got/,
    wrong(({ browsers }) => ({ browsers: { ...browsers, remove: async () => {} } }))
  ],
  [
    "browsers by ids without regard to case",
    /^browsers: similar ids are different ids/,
    wrong(({ browsers }) => ({
      browsers: {
        put: (id, ...rest) => browsers.put(id.toLowerCase(), ...rest),
        get: (id) => browsers.get(id.toLowerCase()),
        remove: (id) => browsers.remove(id.toLowerCase())
      }
    }))
  ],
  [
    "a lock that does not lock",
    /^lock: under equal keys one runs at a time/,
    wrong(() => ({ lock: { withLock: (_, run) => run() } }))
  ],
  [
    "a lock that never lets go",
    /^lock: what is given to it is run/,
    wrong(() => {
      const held = new Set<string>()
      return {
        lock: {
          withLock: async (key, run) => {
            if (held.has(key)) await new Promise(() => {})
            held.add(key)
            return run()
          }
        }
      }
    })
  ],
  [
    "a lock that does not wait for what it runs",
    /^lock: no caller enters while another is inside/,
    wrong(({ lock }) => ({
      lock: { withLock: (key, run) => lock.withLock(key, async () => void run()) as never }
    }))
  ],
  [
    "a lock that runs nothing",
    /^lock: what is given to it is run/,
    wrong(() => ({ lock: { withLock: async () => undefined as never } }))
  ],
  [
    "one lock for all keys",
    /^lock: what is given to it is run/,
    wrong(({ lock }) => ({ lock: { withLock: (_, run) => lock.withLock("all", run) } }))
  ],
  [
    "a lock that others break open after a second",
    /^lock: a waiter does not enter before its timeout/,
    wrong(({ lock }) => ({
      lock: {
        withLock: (key, run) =>
          new Promise((resolve, reject) => {
            let ran: ReturnType<typeof run> | undefined
            const once = () => (ran ??= run())
            setTimeout(() => once().then(resolve, reject), 1000).unref()
            lock.withLock(key, once).then(resolve, reject)
          })
      }
    }))
  ],
  ["stores that are not all there", /^stores$/, { make: () => ({ ...mapStores(), browsers: undefined }) as never }],
  ["stores of one process", /^sessions: /, { make: () => mapStores(), second: () => mapStores() }],
  [
    "a lock of one process",
    /^lock: under equal keys one runs at a time/,
    (() => {
      const data = emptyData()
      const make = () => ({ ...mapStores(data), lock: mapStores().lock })
      return { make, second: make }
    })()
  ],
  [
    "a store that is not reached",
    /^transactions: what is put is taken, once/,
    wrong(({ transactions }) => ({
      transactions: { ...transactions, put: () => Promise.reject(new Error("connect ECONNREFUSED")) }
    }))
  ]
]

/** Each takes some seconds, in which it mostly waits. */
const atATime = 20

describe("broken stores", () => {
  let found: ReadonlyArray<Findings> = []
  beforeAll(async () => {
    const checks = expectations.map(([, , options]) => Effect.promise(() => checkStores(options)))
    found = await Effect.runPromise(Effect.all(checks, { concurrency: atATime }))
    // All of them are in this hook, and a computer may be busy.
  }, 600_000)

  expectations.forEach(([what, wanted], index) =>
    it(`are found: ${what}`, () => {
      const findings = found[index]!
      assert.isTrue(
        namesOf(findings).some((name) => wanted.test(name)),
        JSON.stringify(findings, undefined, 2)
      )
      for (const { problem } of findings.violations) assert.notMatch(problem, /\n +at |\[cause\]|^$/)
    })
  )

  it("are told of in words that say what happened", async () => {
    const { unproven, violations } = await checkStores(
      wrong(({ sessions }) => ({
        sessions: { ...sessions, set: async (...call) => void (await sessions.set(...call)) as never }
      }))
    )
    assert.deepStrictEqual(violations, [
      {
        name: "sessions: what is set is got, listed and removed, and set and remove answer with true or false",
        problem:
          "The store is unavailable (set): it answered with undefined, where true or false is expected. Try again; if it stays so, check the store behind it."
      }
    ])
    assert.deepInclude(unproven, { name: "sessions: all else", reason: "it does not do the first thing" })
  })
})

describe("good stores", () => {
  it("in maps", async () => {
    const { unproven, violations } = await checkStores({ make: () => mapStores() })
    assert.deepStrictEqual(violations, [])
    assert.deepStrictEqual(
      unproven.map(({ name }) => name),
      [...long, inTwo, died]
    )
  })

  it("in maps that two processes share, if time can pass", async () => {
    const { make, second } = wrong(() => ({}))
    const passed: Array<number> = []
    const elapse = async (milliseconds: number) => void passed.push(milliseconds)
    const { unproven, violations } = await checkStores({ make, second, elapse })
    assert.deepStrictEqual(violations, [])
    assert.deepStrictEqual(
      unproven.map(({ name }) => name),
      [died]
    )
    assert.isAbove(passed.length, 1)
  })

  it("docs/stores.md has those in SQL", () => {
    const read = (file: string) => Fs.readFileSync(new URL(`../${file}`, import.meta.url), "utf8")
    const [, ...code] = read("examples/sqlStores.ts").split("\n")
    assert.include(read("../../docs/stores.md"), `\`\`\`ts\n${code.join("\n")}\`\`\`\n`)
  })

  it("in SQL, as docs/stores.md has them, with a connection for each process", async () => {
    const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-custom-"))
    const connections: Array<DatabaseSync> = []
    const connect = () => {
      const database = new DatabaseSync(Path.join(folder, "stores.sqlite"), { timeout: 5000 })
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = off")
      database.exec(table)
      connections.push(database)
      return sqlStores(async (sql, ...values) => database.prepare(sql).all(...values))
    }
    try {
      const { violations } = await checkStores({ make: connect, second: connect })
      assert.deepStrictEqual(violations, [])
      assert.lengthOf(connections, 2)
    } finally {
      for (const database of connections) database.close()
      Fs.rmSync(folder, { recursive: true })
    }
  })
})
