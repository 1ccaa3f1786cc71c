import { assert, describe, it } from "@effect/vitest"
import { VerifiedClaims } from "@le-auth/core/IdToken"
import { type Generation, Session, type SessionKey } from "@le-auth/core/Session"
import { layerMemory, SessionStore } from "@le-auth/core/SessionStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as SessionStoreContract from "@le-auth/testing/SessionStoreContract"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"

type Store = SessionStore["Service"]

const codec = Schema.fromJsonString(Schema.toCodecJson(Session))
const encode = Schema.encodeSync(codec)
const decode = Schema.decodeUnknownOption(codec)

type Over = Generation | "any"

const right = (stored: Session | undefined, over: Over): boolean => over === "any" || stored?.generation === over

/** A right store that keeps JSON, of which one part can be replaced by a wrong one. */
const store = (
  options: {
    readonly key?: (key: SessionKey) => string
    readonly isOf?: (key: SessionKey, accountId: string) => boolean
    readonly read?: (text: string) => Option.Option<Session>
    readonly write?: (session: Session, before: Session | undefined) => Session
    readonly set?: (texts: Map<string, string>, key: string, text: string) => Effect.Effect<void>
    readonly missing?: Effect.Effect<boolean, StoreError>
    readonly texts?: Map<string, string>
    readonly duplicate?: boolean
    /** Whether what is stored may be replaced or removed. */
    readonly matches?: (stored: Session | undefined, over: Over) => boolean
    /** What happens between the comparison and the change. */
    readonly between?: Effect.Effect<void>
    /** What is said of a change. */
    readonly says?: (changed: boolean, method: "set" | "remove") => boolean
    readonly listed?: number
    readonly life?: Duration.Input
  } = {}
) =>
  Layer.sync(SessionStore, (): Store => {
    const texts = options.texts ?? new Map<string, string>()
    const key = options.key ?? ((key) => key.toString())
    const read = options.read ?? decode
    const isOf = options.isOf ?? ((key, accountId) => key.accountId === accountId)
    const ends = new Map<string, number>()
    const find = (key: string) => Option.flatMap(Option.fromUndefinedOr(texts.get(key)), read)
    const matches = options.matches ?? right
    const changed = (key: string, over: Over, method: "set" | "remove", change: Effect.Effect<void>) =>
      Effect.gen(function* () {
        const does = matches(Option.getOrUndefined(find(key)), over)
        if (options.between !== undefined) yield* options.between
        if (does) yield* change
        return options.says?.(does, method) ?? does
      })
    return {
      get: (wanted) =>
        Effect.map(Clock.currentTimeMillis, (now) =>
          now < (ends.get(key(wanted)) ?? Infinity) ? find(key(wanted)) : Option.none()
        ),
      set: (session, over) =>
        Effect.gen(function* () {
          const name = key(session.key)
          const now = yield* Clock.currentTimeMillis
          const before = Option.getOrUndefined(find(name))
          const text = encode(options.write?.(session, before) ?? session)
          if (options.life !== undefined)
            ends.set(name, now + Duration.toMillis(Duration.fromInputUnsafe(options.life)))
          const write = options.set?.(texts, name, text) ?? Effect.sync(() => void texts.set(name, text))
          return yield* changed(name, over, "set", write)
        }),
      remove: (wanted, only) =>
        Effect.suspend(() => {
          const name = key(wanted)
          if (only === "any" && options.missing !== undefined && !texts.has(name)) return options.missing
          return changed(
            name,
            only,
            "remove",
            Effect.sync(() => void texts.delete(name))
          )
        }),
      list: (accountId) =>
        Effect.sync(() => {
          const keys = [...texts.values()]
            .flatMap((text) => Option.toArray(read(text)))
            .map((session) => session.key)
            .filter((key) => isOf(key, accountId))
          return (options.duplicate === true ? [...keys, ...keys] : keys).slice(0, options.listed)
        })
    }
  })

/** The whole file is read, changed and written: two at once lose one change. */
const wholeFile = (texts: Map<string, string>, key: string, text: string) =>
  Effect.gen(function* () {
    const file = [...texts]
    yield* Effect.yieldNow
    texts.clear()
    for (const [name, value] of file) texts.set(name, value)
    texts.set(key, text)
  })

const isolation = "H7: no session is read, listed or removed through the key of another account, application or user"
const listing = "H7: list has the keys of its account, each once, and of no other"
const usable = "every key that list gives can be used to get and remove"
const replaces = "F1: set replaces the whole session, and what the new one lacks is gone"
const absent = "members that a session does not have stay absent"
const verified = "D8: long tokens and all their characters survive, and unverified claims stay unverified"
const any = "any session survives"
const removed = "G5: a session that was removed is gone, and to remove it again succeeds"
const atOnce = "64 sessions that are set at once are all kept"
const oneKey = "F2: of 64 parallel sets of one key one whole session stays, never a mixture"
const equal = "H7: a session is got by a key that is equal, though another object"
const unreadable = "H8: a session that cannot be read is neither a session nor an error, and can be set and removed"
const compares =
  "F4: a set over the stored generation writes; over another one, or of before, it changes nothing and says so"
const matchless = "F4: a missing session matches no generation, not even the empty one"
const stays = "F4: a set over a generation that was removed brings nothing back"
const replaced = "F4: a remove of a generation that was replaced removes nothing"
const twice =
  "F10: the same set made twice says true, then false, and its session is there, as after an answer that was lost"
const whole = "F4: generations are compared whole, and with regard to case"
const sets = "F4: of 64 parallel sets over one generation exactly one says true, and its session is the one found"
const both = "F4: of 64 parallel sets and removes over one generation exactly one says true"
const model = "F4: any list of operations gives the answers that a map would give"
const legacySession =
  "F4: a session of a version without generations has the empty one, and is set over and removed by it"
const many = "an account has 300 sessions, and list gives them all"
const long = "H7: keys of 300 characters that differ in the last one are different keys"
const life = "a session is kept for 30 days after it was set last"
const join = (separator: string) => (key: SessionKey) => [key.accountId, key.clientId, key.subject].join(separator)

const broken: ReadonlyArray<readonly [string, Layer.Layer<SessionStore>, ReadonlyArray<string>]> = [
  ["forgets accounts in its keys", store({ key: (key) => `${key.clientId}/${key.subject}` }), [isolation, listing]],
  [
    "forgets applications in its keys",
    store({ key: (key) => `${key.accountId}/${key.subject}` }),
    [isolation, listing]
  ],
  ["joins the parts of keys by a slash", store({ key: join("/") }), [isolation, listing]],
  ["joins the parts of keys by a colon", store({ key: join(":") }), [isolation, listing]],
  ["has keys without regard to case", store({ key: (key) => key.toString().toLowerCase() }), [isolation, listing]],
  ["normalises keys", store({ key: (key) => join("\0")(key).normalize("NFC") }), [isolation, listing]],
  ["trims keys", store({ key: (key) => join("\0")(key).trim() }), [isolation, listing]],
  ["lists by prefix", store({ isOf: (key, accountId) => key.accountId.startsWith(accountId) }), [listing]],
  [
    "lists without regard to case",
    store({ isOf: (key, accountId) => key.accountId.toLowerCase() === accountId.toLowerCase() }),
    [listing]
  ],
  ["lists twice", store({ duplicate: true }), [listing, replaces, atOnce, oneKey]],
  ["lists everything", store({ isOf: () => true }), [listing]],
  [
    "merges what is set with what was there",
    store({ write: (session, before) => new Session({ ...before, ...session }) }),
    [replaces]
  ],
  [
    "cannot remove what is not there",
    store({ missing: Effect.fail(new StoreError({ store: "s", operation: "remove" })) }),
    [removed]
  ],
  ["writes the whole file", store({ set: wholeFile }), [atOnce]],
  [
    "takes all claims for verified",
    store({
      write: (session) =>
        session.claims === undefined
          ? session
          : new Session({ ...session, claims: new VerifiedClaims({ ...session.claims, _tag: "VerifiedClaims" }) })
    }),
    [verified, any]
  ],
  [
    "knows texts of 255 characters only",
    store({ read: (text) => (text.length > 2000 ? Option.none() : decode(text)) }),
    [verified]
  ],
  [
    "ignores the generation",
    store({ matches: () => true }),
    [compares, stays, replaced, twice, whole, sets, both, model]
  ],
  ["compares and writes in two steps", store({ between: Effect.yieldNow }), [sets, both]],
  [
    "takes a missing session for a match",
    store({ matches: (stored, over) => stored === undefined || right(stored, over) }),
    [matchless, stays, model]
  ],
  [
    "takes a missing session for one of a version without generations",
    store({ matches: (stored, over) => over === "any" || (stored?.generation ?? "") === over }),
    [matchless]
  ],
  [
    "always says true",
    store({ says: () => true }),
    [compares, matchless, stays, replaced, twice, whole, sets, both, model]
  ],
  ["always says false", store({ says: () => false }), [compares, removed, stays, sets, both, model]],
  [
    "always says that it removed",
    store({ says: (changed, method) => changed || method === "remove" }),
    [matchless, stays, replaced, whole, both, model]
  ],
  ["says of any only whether something was there", store({ missing: Effect.succeed(false) }), [removed, model]],
  [
    "compares without regard to case",
    store({
      matches: (stored, over) => over === "any" || stored?.generation.toLowerCase() === over.toLowerCase()
    }),
    [whole]
  ],
  [
    "compares only the beginning",
    store({ matches: (stored, over) => over === "any" || stored?.generation.slice(0, 20) === over.slice(0, 20) }),
    [whole]
  ],
  [
    "compares only the end",
    store({ matches: (stored, over) => over === "any" || stored?.generation.slice(2) === over.slice(2) }),
    [whole]
  ],
  [
    "compares for any, too",
    store({ matches: (stored, over) => stored === undefined || stored.generation === over }),
    [compares, replaces, removed, model]
  ],
  ["lists a hundred", store({ listed: 100 }), [many]],
  ["cuts its keys at 255 characters", store({ key: (key) => key.toString().slice(0, 255) }), [long]],
  ["keeps a session for an hour", store({ life: "1 hour" }), [life]],
  ["keeps a session for 29 days", store({ life: "29 days" }), [life]],
  [
    "gives what it decoded half",
    store({ read: (text) => Option.map(decode(text), (session) => ({ ...session }) as Session) }),
    [equal, verified, any, removed, replaces, absent, isolation, usable, atOnce, oneKey]
  ]
]

/** How each of these three reacts to text that is not a session. */
const readers = {
  right: decode,
  throwing: (text: string) => Option.some(Schema.decodeUnknownSync(codec)(text))
}

const corruption = (read: (text: string) => Option.Option<Session>, options: Parameters<typeof store>[0] = {}) => {
  const texts = new Map<string, string>()
  const corrupt = (key: SessionKey) =>
    Effect.sync(() => void texts.set(key.toString(), texts.get(key.toString())?.slice(0, 40) ?? ""))
  return Effect.map(
    SessionStoreContract.check(store({ texts, read, ...options }), { corrupt }),
    ({ violations }) => violations
  )
}

describe("SessionStoreContract", () => {
  it.effect("accepts a right store, alone and twice on the same data", () =>
    Effect.gen(function* () {
      const nothing = { violations: [], unproven: [] }
      assert.deepStrictEqual(yield* SessionStoreContract.check(store()), nothing)
      const shared = store({ texts: new Map() })
      assert.deepStrictEqual(yield* SessionStoreContract.check(shared, { second: shared }), nothing)
    })
  )

  for (const [what, layer, names] of broken) {
    it.effect(`rejects a store that ${what}`, () =>
      Effect.gen(function* () {
        const { unproven, violations } = yield* SessionStoreContract.check(layer)
        const found = violations.map(({ name }) => name)
        assert.includeMembers(found, [...names])
        assert.deepStrictEqual(unproven, [])
      })
    )
  }

  it.effect("H8: tells stores that take corrupt data for no session from those that break", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* corruption(readers.right), [])
      assert.deepStrictEqual(
        (yield* corruption(readers.throwing)).map(({ name }) => name),
        [unreadable]
      )
      // Right about what it reads, but of a damaged session it still knows the generation.
      const kept = new Set<string>()
      const remembering = yield* corruption(readers.right, {
        write: (session) => {
          kept.add(session.generation)
          return session
        },
        matches: (stored, over) => right(stored, over) || (stored === undefined && kept.has(over))
      })
      assert.include(
        remembering.map(({ name }) => name),
        unreadable
      )
    })
  )

  it.effect("F4: tells stores that live on with the sessions of before from those that do not", () =>
    Effect.gen(function* () {
      const check = (options: Parameters<typeof store>[0]) => {
        const texts = new Map<string, string>()
        const legacy = (key: SessionKey) =>
          Effect.sync(() => {
            const { generation: _, ...before } = JSON.parse(texts.get(key.toString())!) as Record<string, unknown>
            texts.set(key.toString(), JSON.stringify(before))
          })
        return Effect.map(SessionStoreContract.check(store({ ...options, texts }), { legacy }), ({ violations }) =>
          violations.map(({ name }) => name)
        )
      }
      assert.deepStrictEqual(yield* check({}), [])
      const forgets = (text: string) => Option.filter(decode(text), ({ generation }) => generation !== "")
      assert.include(yield* check({ read: forgets }), legacySession)
      const isRight = (stored: Session | undefined, over: Over) =>
        right(stored, over) && !(stored?.generation === "" && over === "")
      assert.deepStrictEqual(yield* check({ matches: isRight }), [legacySession])
      const anything = (stored: Session | undefined, over: Over) => right(stored, over) || stored?.generation === ""
      assert.deepStrictEqual(yield* check({ matches: anything }), [legacySession])
    })
  )

  it.effect("names what it could not prove under the clock it ran with, and nothing else", () =>
    Effect.gen(function* () {
      const hour = store({ life: "1 hour" })
      const live = yield* SessionStoreContract.check(hour, { live: true })
      assert.deepStrictEqual(
        live.unproven.map(({ name }) => name),
        [life]
      )
      assert.deepStrictEqual(live.violations, [])
      const real = yield* TestClock.withLive(SessionStoreContract.check(hour))
      assert.deepStrictEqual(real, live)
      const told = yield* SessionStoreContract.check(hour, { live: true, elapse: TestClock.adjust })
      assert.deepStrictEqual(
        told.violations.map(({ name }) => name),
        [life]
      )
      assert.deepStrictEqual(told.unproven, [])
    })
  )

  it.effect("rejects two instances that do not share their data", () =>
    Effect.gen(function* () {
      const { violations } = yield* SessionStoreContract.check(layerMemory, { second: layerMemory })
      assert.includeMembers(
        violations.map(({ name }) => name),
        [equal, replaces, removed, isolation, listing, atOnce]
      )
    })
  )
})
