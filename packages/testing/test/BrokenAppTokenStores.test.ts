import { assert, describe, it } from "@effect/vitest"
import { AppToken, type AppTokenKey } from "@le-auth/core/AppToken"
import { AppTokenStore, layerMemory } from "@le-auth/core/AppTokenStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as AppTokenStoreContract from "@le-auth/testing/AppTokenStoreContract"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

type Store = AppTokenStore["Service"]

const codec = Schema.fromJsonString(Schema.toCodecJson(AppToken))
const encode = Schema.encodeSync(codec)
const decode = Schema.decodeUnknownOption(codec)

/** A right store that keeps JSON, of which one part can be replaced by a wrong one. */
const store = (
  options: {
    readonly key?: (key: AppTokenKey) => string
    readonly read?: (text: string) => Option.Option<AppToken>
    readonly write?: (token: AppToken, before: AppToken | undefined) => AppToken
    readonly set?: (texts: Map<string, string>, key: string, text: string) => Effect.Effect<void>
    readonly missing?: Effect.Effect<void, StoreError>
    readonly isOver?: (token: AppToken, now: number) => boolean
    readonly texts?: Map<string, string>
  } = {}
) =>
  Layer.sync(AppTokenStore, (): Store => {
    const texts = options.texts ?? new Map<string, string>()
    const key = options.key ?? ((key) => key.toString())
    const isOver = options.isOver ?? ((token, now) => token.expiresAt <= now)
    const find = (name: string) => Option.flatMap(Option.fromUndefinedOr(texts.get(name)), options.read ?? decode)
    return {
      get: (wanted) =>
        Effect.map(Clock.currentTimeMillis, (now) => Option.filter(find(key(wanted)), (token) => !isOver(token, now))),
      set: (token) =>
        Effect.suspend(() => {
          const name = key(token.key)
          const text = encode(options.write?.(token, Option.getOrUndefined(find(name))) ?? token)
          return options.set?.(texts, name, text) ?? Effect.sync(() => void texts.set(name, text))
        }),
      remove: (wanted) =>
        Effect.suspend(() =>
          options.missing !== undefined && !texts.has(key(wanted))
            ? options.missing
            : Effect.sync(() => void texts.delete(key(wanted)))
        )
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

/** First one half, then the other. */
const inHalves = (texts: Map<string, string>, key: string, text: string) =>
  Effect.gen(function* () {
    const before = Option.flatMap(Option.fromUndefinedOr(texts.get(key)), decode)
    const next = Option.getOrThrow(decode(text))
    if (Option.isSome(before)) {
      texts.set(key, encode(new AppToken({ ...before.value, accessToken: next.accessToken })))
      yield* Effect.yieldNow
    }
    texts.set(key, text)
  })

const nothing = "a key under which nothing was set has no token, and to remove it succeeds"
const equal = "H7: a token is got by a key that is equal, though another object"
const long = "a long token that is valid for ever survives with all its characters"
const any = "any token survives"
const replaces = "set replaces the whole token, whatever was there"
const removed = "a token that was removed is gone, and to remove it again succeeds"
const isolation = "H7: no token is read or removed through the key of another account or application"
const longKeys = "H7: keys of 300 characters that differ in the last one are different keys"
const over = "a token that is over is none, and takes the place of the one that was there"
const kept = "a token is kept until it ends, and is none from then on"
const atOnce = "64 tokens that are set at once are all kept"
const oneKey = "of 64 parallel sets of one key one whole token stays, never a mixture"
const unreadable = "H8: a token that cannot be read is neither a token nor an error, and can be set and removed"

const broken: ReadonlyArray<readonly [string, Layer.Layer<AppTokenStore>, ReadonlyArray<string>]> = [
  ["forgets accounts in its keys", store({ key: ({ clientId }) => clientId }), [isolation]],
  ["forgets applications in its keys", store({ key: ({ accountId }) => accountId }), [isolation, longKeys]],
  ["has keys without regard to case", store({ key: (key) => key.toString().toLowerCase() }), [isolation]],
  ["joins the parts of keys", store({ key: ({ accountId, clientId }) => accountId + clientId }), [isolation]],
  ["trims keys", store({ key: (key) => `${key.accountId}/${key.clientId.trim()}` }), [isolation]],
  ["cuts its keys at 255 characters", store({ key: (key) => key.toString().slice(0, 255) }), [longKeys]],
  ["keeps the first token", store({ write: (token, before) => before ?? token }), [replaces]],
  [
    "keeps the token that lasts longer",
    store({ write: (token, before) => (before !== undefined && before.expiresAt > token.expiresAt ? before : token) }),
    [over]
  ],
  ["gives what is over", store({ isOver: () => false }), [over, kept]],
  ["gives a token at its very end", store({ isOver: ({ expiresAt }, now) => expiresAt < now }), [over, kept]],
  ["drops a token when it is due", store({ isOver: ({ renewAt }, now) => renewAt <= now }), [kept]],
  [
    "cannot remove what is not there",
    store({ missing: Effect.fail(new StoreError({ store: "s", operation: "remove" })) }),
    [nothing, removed]
  ],
  ["writes the whole file", store({ set: wholeFile }), [atOnce]],
  ["writes a token in two steps", store({ set: inHalves }), [oneKey]],
  ["knows short texts only", store({ read: (text) => (text.length > 2000 ? Option.none() : decode(text)) }), [long]],
  [
    "keeps whole seconds",
    store({ write: (token) => new AppToken({ ...token, renewAt: Math.floor(token.renewAt / 1000) * 1000 }) }),
    [any]
  ],
  [
    "gives what it decoded half",
    store({ read: (text) => Option.map(decode(text), (token) => ({ ...token }) as AppToken) }),
    [equal, any, replaces, atOnce]
  ]
]

const found = ({ violations }: { readonly violations: ReadonlyArray<{ readonly name: string }> }) =>
  violations.map(({ name }) => name)

describe("AppTokenStoreContract", () => {
  it.effect("accepts a right store, alone and twice on the same data", () =>
    Effect.gen(function* () {
      const accepted = { violations: [], unproven: [] }
      assert.deepStrictEqual(yield* AppTokenStoreContract.check(store()), accepted)
      const shared = store({ texts: new Map() })
      assert.deepStrictEqual(yield* AppTokenStoreContract.check(shared, { second: shared }), accepted)
    })
  )

  for (const [what, layer, names] of broken) {
    it.effect(`rejects a store that ${what}`, () =>
      Effect.gen(function* () {
        const findings = yield* AppTokenStoreContract.check(layer)
        assert.includeMembers(found(findings), [...names])
        assert.deepStrictEqual(findings.unproven, [])
      })
    )
  }

  it.effect("H8: tells stores that take corrupt data for no token from those that break", () =>
    Effect.gen(function* () {
      const corruption = (read: (text: string) => Option.Option<AppToken>) => {
        const texts = new Map<string, string>()
        const corrupt = (key: AppTokenKey) =>
          Effect.sync(() => void texts.set(key.toString(), texts.get(key.toString())?.slice(0, 40) ?? ""))
        return Effect.map(AppTokenStoreContract.check(store({ texts, read }), { corrupt }), found)
      }
      assert.deepStrictEqual(yield* corruption(decode), [])
      const throwing = (text: string) => Option.some(Schema.decodeUnknownSync(codec)(text))
      assert.deepStrictEqual(yield* corruption(throwing), [unreadable])
    })
  )

  it.effect("names what it could not prove under the clock it ran with", () =>
    Effect.gen(function* () {
      const { unproven, violations } = yield* AppTokenStoreContract.check(store(), { live: true })
      assert.deepStrictEqual(
        unproven.map(({ name }) => name),
        [kept]
      )
      assert.deepStrictEqual(violations, [])
    })
  )

  it.effect("rejects two instances that do not share their data", () =>
    Effect.gen(function* () {
      const findings = yield* AppTokenStoreContract.check(layerMemory, { second: layerMemory })
      assert.includeMembers(found(findings), [equal, replaces, isolation, atOnce])
    })
  )
})
