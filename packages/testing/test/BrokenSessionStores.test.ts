import { assert, describe, it } from "@effect/vitest"
import { VerifiedClaims } from "@le-auth/core/IdToken"
import { Session, type SessionKey } from "@le-auth/core/Session"
import { layerMemory, SessionStore } from "@le-auth/core/SessionStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as SessionStoreContract from "@le-auth/testing/SessionStoreContract"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

type Store = SessionStore["Service"]

const codec = Schema.fromJsonString(Schema.toCodecJson(Session))
const encode = Schema.encodeSync(codec)
const decode = Schema.decodeUnknownOption(codec)

/** A right store that keeps JSON, of which one part can be replaced by a wrong one. */
const store = (
  options: {
    readonly key?: (key: SessionKey) => string
    readonly isOf?: (key: SessionKey, accountId: string) => boolean
    readonly read?: (text: string) => Option.Option<Session>
    readonly write?: (session: Session, before: Session | undefined) => Session
    readonly set?: (texts: Map<string, string>, key: string, text: string) => Effect.Effect<void>
    readonly missing?: Effect.Effect<void, StoreError>
    readonly texts?: Map<string, string>
    readonly duplicate?: boolean
  } = {}
) =>
  Layer.sync(SessionStore, (): Store => {
    const texts = options.texts ?? new Map<string, string>()
    const key = options.key ?? ((key) => key.toString())
    const read = options.read ?? decode
    const isOf = options.isOf ?? ((key, accountId) => key.accountId === accountId)
    const find = (key: string) => Option.flatMap(Option.fromUndefinedOr(texts.get(key)), read)
    return {
      get: (wanted) => Effect.sync(() => find(key(wanted))),
      set: (session) =>
        Effect.suspend(() => {
          const before = Option.getOrUndefined(find(key(session.key)))
          const text = encode(options.write?.(session, before) ?? session)
          if (options.set !== undefined) return options.set(texts, key(session.key), text)
          return Effect.sync(() => void texts.set(key(session.key), text))
        }),
      remove: (wanted) =>
        Effect.suspend(() => (texts.delete(key(wanted)) ? Effect.void : (options.missing ?? Effect.void))),
      list: (accountId) =>
        Effect.sync(() => {
          const keys = [...texts.values()]
            .flatMap((text) => Option.toArray(read(text)))
            .map((session) => session.key)
            .filter((key) => isOf(key, accountId))
          return options.duplicate === true ? [...keys, ...keys] : keys
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
const unreadable = "H8: a session that cannot be read is no session and no error, and can be set and removed"
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
    store({ read: (text) => (text.length > 1200 ? Option.none() : decode(text)) }),
    [verified]
  ],
  [
    "gives what it decoded half",
    store({ read: (text) => Option.map(decode(text), (session) => ({ ...session }) as Session) }),
    [equal, verified, any, removed, replaces, absent, isolation, usable, atOnce, oneKey]
  ]
]

/** How each of these three reacts to text that is no session. */
const readers = {
  right: decode,
  throwing: (text: string) => Option.some(Schema.decodeUnknownSync(codec)(text))
}

const corruption = (read: (text: string) => Option.Option<Session>) => {
  const texts = new Map<string, string>()
  const corrupt = (key: SessionKey) =>
    Effect.sync(() => void texts.set(key.toString(), texts.get(key.toString())?.slice(0, 40) ?? ""))
  return SessionStoreContract.check(store({ texts, read }), { corrupt })
}

describe("SessionStoreContract", () => {
  it.effect("accepts a right store, alone and twice on the same data", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* SessionStoreContract.check(store()), [])
      const shared = store({ texts: new Map() })
      assert.deepStrictEqual(yield* SessionStoreContract.check(shared, { second: shared }), [])
    })
  )

  for (const [what, layer, names] of broken) {
    it.effect(`rejects a store that ${what}`, () =>
      Effect.gen(function* () {
        const found = (yield* SessionStoreContract.check(layer, { timeout: "2 seconds" })).map(({ name }) => name)
        assert.includeMembers(found, [...names])
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
    })
  )

  it.effect("rejects two instances that do not share their data", () =>
    Effect.gen(function* () {
      const violations = yield* SessionStoreContract.check(layerMemory, { second: layerMemory })
      assert.includeMembers(
        violations.map(({ name }) => name),
        [equal, replaces, removed, isolation, listing, atOnce]
      )
    })
  )
})
