/** What stores of people's own must do beside what the contracts of the ports show through them. */
import type { ContractCase, Instances } from "@le-auth/testing/Contract"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomStores } from "../Stores.ts"
import * as Answers from "./customAnswers.ts"

type StoreCase = ContractCase<CustomStores>

/** What one part of the stores must do: before all else, and then. */
export interface PartCases {
  readonly first: StoreCase
  readonly others: ReadonlyArray<StoreCase>
}

const ask = Answers.asking("store")
const text = (operation: string, call: () => unknown) =>
  Effect.map(ask(operation, [], call, Answers.text), Option.getOrUndefined)
const done = (operation: string, call: () => unknown) => ask(operation, [], call, Answers.done)
const told = (operation: string, call: () => unknown) => ask(operation, [], call, Answers.nothing)

const equal = (found: unknown, expected: unknown, why: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    const [seen, wanted] = [found, expected].map((value) => JSON.stringify(value) ?? "nothing")
    if (seen === wanted) return Effect.void
    const short = (shown = "") => (shown.length > 120 ? `${shown.slice(0, 120)}…` : shown)
    return Effect.die(new Error(`${why}: it was ${short(seen)}, and not ${short(wanted)}`))
  })

const hour = 3_600_000

/** Names in an account that no other case has, and times. */
const unique = Effect.map(Clock.currentTimeMillis, (now) => {
  const accountId = `le${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`
  const inAnHour = { expiresAt: now + hour }
  return {
    accountId,
    key: `${accountId}/client/user`,
    id: crypto.randomUUID(),
    now,
    inAnHour,
    over: (text: string | undefined) => ({ over: text, ...inAnHour })
  }
})

/** Texts on which quoting, escaping, encodings and columns have been seen to fail. */
const strange = [
  "{}",
  " spaces at both ends ",
  "line\nbreak\r\ttab",
  "Zoë, 日本語, 👩‍👩‍👧, e\u0301 is not \u00e9",
  `'; DROP TABLE sessions; -- "quotes" \\backslashes\\ $1 :name ? %s %_*[a]`,
  "__proto__",
  "null",
  "x".repeat(16_000)
]

/** Longer than an engine takes to drop what it has misunderstood. */
const aWhile = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 1500)))
const soon = 1000
const days = 24 * hour

/** Long ones are more than what fits into a timer. */
const lives = [soon * 4, hour, 90 * days]

const crowd = 32

const sessions: PartCases = {
  first: {
    name: "what is set is got, listed and removed, and set and remove answer with true or false",
    run: Effect.fnUntraced(function* ({ one: { sessions } }: Instances<CustomStores>) {
      const { accountId, key, over } = yield* unique
      yield* equal(yield* text("get", () => sessions.get(key)), undefined, "get before the first set")
      yield* equal(yield* done("set", () => sessions.set(key, "{}", over(undefined))), true, "set without `over`")
      yield* equal(yield* text("get", () => sessions.get(key)), "{}", "get after set")
      const keys = yield* ask("list", [], () => sessions.list(accountId), Answers.texts)
      yield* equal(keys, [key], "list after set")
      yield* equal(yield* done("remove", () => sessions.remove(key, { only: "{}" })), true, "remove of what is stored")
      yield* equal(yield* text("get", () => sessions.get(key)), undefined, "get after remove")
      yield* done("remove", () => sessions.remove(key, { only: undefined }))
    })
  },
  others: [
    {
      name: "a value is kept as it is, whatever is in it",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const { key, over } = yield* unique
        let before: string | undefined
        for (const value of strange) {
          const why = JSON.stringify(value).slice(0, 60)
          yield* equal(yield* done("set", () => one.sessions.set(key, value, over(before))), true, `set of ${why}`)
          yield* equal(yield* text("get", () => other.sessions.get(key)), value, "get")
          before = value
        }
        const removed = yield* done("remove", () => other.sessions.remove(key, { only: before }))
        yield* equal(removed, true, "remove of the last value")
      })
    },
    {
      name: "set with `over`, and remove with `only`, do nothing unless the stored value is exactly this, and say so",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const { key, over } = yield* unique
        const value = "aB é 1"
        const wrong = ["ab é 1", "aB é 1 ", " aB é 1", "aB e 1", "aB", "aB é 12", "%", "{}"]
        for (const stored of [undefined, value]) {
          if (stored !== undefined) yield* done("set", () => one.sessions.set(key, stored, over(undefined)))
          for (const text of wrong) {
            const where = `"${text}" where ${stored === undefined ? "nothing" : `"${stored}"`} is`
            yield* equal(yield* done("set", () => one.sessions.set(key, "new", over(text))), false, `set over ${where}`)
            const removed = yield* done("remove", () => other.sessions.remove(key, { only: text }))
            yield* equal(removed, false, `remove of ${where}`)
          }
          yield* equal(yield* text("get", () => other.sessions.get(key)), stored, "get after all of that")
        }
      })
    },
    {
      name: `of ${crowd} sets and removes of one value at once, one does it and says so`,
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        for (const verbs of [["set"], ["remove"], ["set", "remove"]]) {
          const { key, over } = yield* unique
          yield* done("set", () => one.sessions.set(key, "first", over(undefined)))
          const answers = yield* Effect.forEach(
            Array.from({ length: crowd }, (_, index) => index),
            (index) => {
              const { sessions } = index % 4 < 2 ? one : other
              return verbs[index % verbs.length] === "set"
                ? done("set", () => sessions.set(key, `new ${index}`, over("first")))
                : done("remove", () => sessions.remove(key, { only: "first" }))
            },
            { concurrency: "unbounded" }
          )
          const winners = answers.flatMap((did, index) => (did ? [index] : []))
          yield* equal(winners.length, 1, `how many of ${crowd} (${verbs.join(" and ")}) said that they did it`)
          const winner = winners[0]!
          const left = verbs[winner % verbs.length] === "set" ? `new ${winner}` : undefined
          yield* equal(yield* text("get", () => other.sessions.get(key)), left, "get after that")
        }
      })
    },
    {
      name: "a value is there until its time has come, also if it was set anew for longer",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const { accountId, now } = yield* unique
        const keys = lives.map((life, index) => [`${accountId}/client/${index}`, now + life] as const)
        for (const [key, expiresAt] of keys) {
          yield* done("set", () => one.sessions.set(key, "first", { over: undefined, expiresAt: now + soon }))
          yield* done("set", () => other.sessions.set(key, "second", { over: "first", expiresAt }))
        }
        yield* aWhile
        for (const [key, expiresAt] of keys) {
          const why = `get after 1.5 seconds of ${(expiresAt - now) / 1000}`
          yield* equal(yield* text("get", () => one.sessions.get(key)), "second", why)
        }
      })
    }
  ]
}

const transactions: PartCases = {
  first: {
    name: "what is put is taken, once",
    run: Effect.fnUntraced(function* ({ one: { transactions } }: Instances<CustomStores>) {
      const { id, inAnHour } = yield* unique
      yield* equal(yield* text("take", () => transactions.take(id)), undefined, "take before put")
      yield* told("put", () => transactions.put(id, "{}", inAnHour))
      yield* equal(yield* text("take", () => transactions.take(id)), "{}", "take after put")
      yield* equal(yield* text("take", () => transactions.take(id)), undefined, "a second take")
    })
  },
  others: [
    {
      name: "a value is kept as it is, whatever is in it",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        for (const value of strange) {
          const { id, inAnHour } = yield* unique
          yield* told("put", () => one.transactions.put(id, value, inAnHour))
          yield* equal(yield* text("take", () => other.transactions.take(id)), value, "take")
        }
      })
    },
    {
      name: `of ${crowd} takes of one value at once, one gets it`,
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const { id, inAnHour } = yield* unique
        yield* told("put", () => one.transactions.put(id, "{}", inAnHour))
        const taken = yield* Effect.forEach(
          Array.from({ length: crowd }, (_, index) => (index % 2 === 0 ? one : other)),
          ({ transactions }) => text("take", () => transactions.take(id)),
          { concurrency: "unbounded" }
        )
        yield* equal(taken.filter((value) => value !== undefined).length, 1, `how many of ${crowd} got it`)
      })
    },
    {
      name: "a value is there until its time has come",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const { id, now } = yield* unique
        for (const life of lives) {
          yield* told("put", () => one.transactions.put(`${id}${life}`, "{}", { expiresAt: now + life }))
        }
        yield* aWhile
        for (const life of lives) {
          const why = `take after 1.5 seconds of ${life / 1000}`
          yield* equal(yield* text("take", () => other.transactions.take(`${id}${life}`)), "{}", why)
        }
      })
    }
  ]
}

const browsers: PartCases = {
  first: {
    name: "what is put is got, as often as one asks, until it is removed",
    run: Effect.fnUntraced(function* ({ one: { browsers } }: Instances<CustomStores>) {
      const { id, inAnHour } = yield* unique
      yield* equal(yield* text("get", () => browsers.get(id)), undefined, "get before put")
      yield* told("remove", () => browsers.remove(id))
      yield* told("put", () => browsers.put(id, "{}", inAnHour))
      yield* equal(yield* text("get", () => browsers.get(id)), "{}", "get after put")
      yield* equal(yield* text("get", () => browsers.get(id)), "{}", "a second get")
      yield* told("remove", () => browsers.remove(id))
      yield* equal(yield* text("get", () => browsers.get(id)), undefined, "get after remove")
    })
  },
  others: [
    {
      name: "a value is kept as it is, whatever is in it",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        for (const value of strange) {
          const { id, inAnHour } = yield* unique
          yield* told("put", () => one.browsers.put(id, value, inAnHour))
          yield* equal(yield* text("get", () => other.browsers.get(id)), value, "get")
        }
      })
    },
    {
      name: "similar ids are different ids",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const { id, inAnHour } = yield* unique
        const ids = [`${id}a_B-`, `${id}A_B-`, `${id}a_b-`, `${id}aXB-`, `${id}a_B`, `${id}a_B-1`]
        for (const each of ids) yield* told("put", () => one.browsers.put(each, each, inAnHour))
        for (const each of ids) yield* equal(yield* text("get", () => other.browsers.get(each)), each, "get")
        yield* told("remove", () => other.browsers.remove(ids[0]!))
        yield* equal(yield* text("get", () => one.browsers.get(ids[0]!)), undefined, "get after remove")
        for (const each of ids.slice(1)) {
          yield* equal(yield* text("get", () => one.browsers.get(each)), each, "get after another one was removed")
        }
      })
    },
    {
      name: "a value is there until its time has come",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const { id, now } = yield* unique
        for (const life of lives) {
          yield* told("put", () => one.browsers.put(`${id}${life}`, "{}", { expiresAt: now + life }))
        }
        yield* aWhile
        for (const life of lives) {
          const why = `get after 1.5 seconds of ${life / 1000}`
          yield* equal(yield* text("get", () => other.browsers.get(`${id}${life}`)), "{}", why)
        }
      })
    }
  ]
}

/** The part of stores that have it: nothing else is tried. */
const appTokensOf = ({ appTokens }: CustomStores) =>
  appTokens === undefined ? Effect.die(new Error("there are no app tokens")) : Effect.succeed(appTokens)

const appTokens: PartCases = {
  first: {
    name: "what is set is got, as often as one asks, until it is removed",
    run: Effect.fnUntraced(function* ({ one }: Instances<CustomStores>) {
      const tokens = yield* appTokensOf(one)
      const { inAnHour, key } = yield* unique
      yield* equal(yield* text("get", () => tokens.get(key)), undefined, "get before set")
      yield* told("remove", () => tokens.remove(key))
      yield* told("set", () => tokens.set(key, "{}", inAnHour))
      yield* equal(yield* text("get", () => tokens.get(key)), "{}", "get after set")
      yield* told("set", () => tokens.set(key, "[]", inAnHour))
      yield* equal(yield* text("get", () => tokens.get(key)), "[]", "get after a second set")
      yield* told("remove", () => tokens.remove(key))
      yield* equal(yield* text("get", () => tokens.get(key)), undefined, "get after remove")
    })
  },
  others: [
    {
      name: "a value is kept as it is, whatever is in it",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const [mine, theirs] = yield* Effect.all([appTokensOf(one), appTokensOf(other)])
        const { inAnHour, key } = yield* unique
        for (const value of strange) {
          yield* told("set", () => mine.set(key, value, inAnHour))
          yield* equal(yield* text("get", () => theirs.get(key)), value, "get")
        }
      })
    },
    {
      name: "similar keys are different keys",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const [mine, theirs] = yield* Effect.all([appTokensOf(one), appTokensOf(other)])
        const { accountId, inAnHour } = yield* unique
        const keys = ["a", "A", "a%20", "a_", "ab"].map((client) => `${accountId}/${client}`)
        for (const key of keys) yield* told("set", () => mine.set(key, key, inAnHour))
        for (const key of keys) yield* equal(yield* text("get", () => theirs.get(key)), key, "get")
        yield* told("remove", () => theirs.remove(keys[0]!))
        yield* equal(yield* text("get", () => mine.get(keys[0]!)), undefined, "get after remove")
        for (const key of keys.slice(1)) {
          yield* equal(yield* text("get", () => mine.get(key)), key, "get after another one was removed")
        }
      })
    },
    {
      name: "a value is there until its time has come, also if it was set anew for longer",
      run: Effect.fnUntraced(function* ({ one, other }: Instances<CustomStores>) {
        const [mine, theirs] = yield* Effect.all([appTokensOf(one), appTokensOf(other)])
        const { accountId, now } = yield* unique
        const keys = lives.map((life, index) => [`${accountId}/${index}`, now + life] as const)
        for (const [key, expiresAt] of keys) {
          yield* told("set", () => mine.set(key, "first", { expiresAt: now + soon }))
          yield* told("set", () => theirs.set(key, "second", { expiresAt }))
        }
        yield* aWhile
        for (const [key, expiresAt] of keys) {
          const why = `get after 1.5 seconds of ${(expiresAt - now) / 1000}`
          yield* equal(yield* text("get", () => mine.get(key)), "second", why)
        }
      })
    }
  ]
}

const lock: PartCases = {
  first: {
    name: "what is given to it is run, also while another key is held, and then it lets go",
    run: Effect.fnUntraced(function* ({ one: { lock } }: Instances<CustomStores>) {
      const { key } = yield* unique
      for (const turn of ["first", "second"]) {
        const ran: Array<string> = []
        let open = () => {}
        const opened = new Promise<void>((resolve) => (open = resolve))
        const held = async () => {
          await opened
          ran.push("held")
        }
        const between = async () => void ran.push("between")
        const both = async () => {
          const holder = lock.withLock(key, held)
          await lock.withLock(`${key}/other`, between).finally(open)
          await holder
        }
        yield* told(`withLock, the ${turn} time`, both)
        yield* equal(ran, ["between", "held"], `what it ran the ${turn} time`)
      }
    })
  },
  others: []
}

/** The cases by the part of the stores. */
export const partCases: Readonly<Record<keyof CustomStores, PartCases>> = {
  sessions,
  transactions,
  browsers,
  lock,
  appTokens
}
