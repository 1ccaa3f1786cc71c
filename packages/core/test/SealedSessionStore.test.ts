import { assert, describe, it } from "@effect/vitest"
import { ClientId, Subject } from "@le-auth/core/Identifiers"
import { VerifiedClaims } from "@le-auth/core/IdToken"
import * as Seal from "@le-auth/core/Seal"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import { Generation, Session, SessionKey } from "@le-auth/core/Session"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import { account, layerWith, otherAccount, signIn, Wire } from "./ScriptedSentinel.ts"

const secret = (name: string) => Redacted.make(`${name}-${"x".repeat(32)}`)
const keys = (...names: ReadonlyArray<string>) => Seal.layer(names.map(secret)).pipe(Layer.provide(Seal.layerWebCrypto))

const clientId = ClientId.make("client")
const key = new SessionKey({ accountId: account, clientId, subject: Subject.make("3552833710") })
const generation = Generation.make("generation-of-a-sessio")
const next = Generation.make("the-next-generation-of")
const session = new Session({
  key,
  generation,
  accessToken: Redacted.make("planted-access"),
  refreshToken: Redacted.make("planted-refresh"),
  claims: new VerifiedClaims({
    sub: key.subject,
    aud: clientId,
    iss: "sentinel",
    iat: 1,
    exp: 2,
    is_admin: true
  }),
  signedInAt: 1,
  refreshAt: 2,
  expiresAt: 3
})

/** The store behind, seen and changed by the test. */
const behind = () => {
  const records = new Map<string, Session>()
  const layer = Layer.succeed(SessionStore.SessionStore, {
    get: (key) => Effect.sync(() => Option.fromUndefinedOr(records.get(key.toString()))),
    set: (session, over) =>
      Effect.sync(() => {
        if (over !== "any" && records.get(session.key.toString())?.generation !== over) return false
        records.set(session.key.toString(), session)
        return true
      }),
    remove: (key, only) =>
      Effect.sync(() => {
        if (only !== "any" && records.get(key.toString())?.generation !== only) return false
        records.delete(key.toString())
        return true
      }),
    list: (accountId) =>
      Effect.sync(() => [...records.values()].map(({ key }) => key).filter((key) => key.accountId === accountId))
  })
  return { records, layer }
}
const sealed = (store: ReturnType<typeof behind>, ...names: ReadonlyArray<string>) =>
  Effect.provide(SealedSessionStore.layer.pipe(Layer.provide(store.layer), Layer.provide(keys(...names))))
const set = (session: Session, over: Generation | "any" = "any") =>
  SessionStore.SessionStore.use((store) => store.set(session, over))
const remove = (only: Generation) => SessionStore.SessionStore.use((store) => store.remove(key, only))
const get = (key: SessionKey) => SessionStore.SessionStore.use((store) => store.get(key))

const reveal = (value: Session): string =>
  inspect(
    { ...value, accessToken: Redacted.value(value.accessToken), refreshToken: value.refreshToken },
    { depth: null }
  )

describe("SealedSessionStore", () => {
  it.effect("H4: the store behind it sees no token and no claim; the session comes back whole", () =>
    Effect.gen(function* () {
      const store = behind()
      yield* set(session).pipe(sealed(store, "a"))
      const kept = store.records.get(key.toString())!
      assert.notInclude(reveal(kept), "planted")
      assert.notInclude(reveal(kept), "admin")
      assert.isUndefined(kept.refreshToken)
      assert.isUndefined(kept.claims)
      assert.strictEqual(kept.expiresAt, 3)
      const found = Option.getOrThrow(yield* get(key).pipe(sealed(store, "a")))
      assert.strictEqual(Redacted.value(found.accessToken), "planted-access")
      assert.strictEqual(Redacted.value(found.refreshToken!), "planted-refresh")
      assert.deepStrictEqual(found.claims, session.claims)
      assert.deepStrictEqual(found.key, key)
    })
  )

  it.effect("H4: the times inside of the seal count, not those outside", () =>
    Effect.gen(function* () {
      const store = behind()
      yield* set(session).pipe(sealed(store, "a"))
      const kept = store.records.get(key.toString())!
      store.records.set(key.toString(), new Session({ ...kept, refreshAt: 9e15, expiresAt: 9e15 }))
      assert.strictEqual(Option.getOrThrow(yield* get(key).pipe(sealed(store, "a"))).expiresAt, 3)
    })
  )

  it.effect("H7: a record that was moved under another account, client or subject does not open", () =>
    Effect.gen(function* () {
      const store = behind()
      yield* set(session).pipe(sealed(store, "a"))
      const kept = store.records.get(key.toString())!
      for (const other of [
        new SessionKey({ ...key, accountId: otherAccount }),
        new SessionKey({ ...key, clientId: ClientId.make("other") }),
        new SessionKey({ ...key, subject: Subject.make("other") })
      ]) {
        store.records.set(other.toString(), new Session({ ...kept, key: other }))
        assert.isTrue(Option.isNone(yield* get(other).pipe(sealed(store, "a"))))
      }
      assert.isTrue(Option.isSome(yield* get(key).pipe(sealed(store, "a"))))
    })
  )

  it.effect("F4: a record that was given another generation does not open, and one of before generations does", () =>
    Effect.gen(function* () {
      const store = behind()
      yield* set(session).pipe(sealed(store, "a"))
      const kept = store.records.get(key.toString())!
      assert.strictEqual(kept.generation, generation)
      for (const foreign of [next, Generation.make("")]) {
        store.records.set(key.toString(), new Session({ ...kept, generation: foreign }))
        assert.isTrue(Option.isNone(yield* get(key).pipe(sealed(store, "a"))), foreign)
      }
      // As it was sealed before there were generations.
      const text = JSON.stringify({ key, accessToken: "planted-old", signedInAt: 1, refreshAt: 2, expiresAt: 3 })
      const old = yield* Seal.seal(text, `session of ${key.toString()}`).pipe(Effect.provide(keys("a")))
      const { renewedAt: _, ...before } = kept
      const accessToken = Redacted.make(old)
      store.records.set(key.toString(), new Session({ ...before, generation: Generation.make(""), accessToken }))
      const found = Option.getOrThrow(yield* get(key).pipe(sealed(store, "a")))
      assert.strictEqual(Redacted.value(found.accessToken), "planted-old")
      assert.strictEqual(found.generation, "")
      assert.isTrue(yield* set(session, Generation.make("")).pipe(sealed(store, "a")))
    })
  )

  it.effect("F4: generation and answer pass through; what does not open matches no generation", () =>
    Effect.gen(function* () {
      const store = behind()
      const renewed = new Session({ ...session, generation: next, renewedAt: 7 })
      assert.isFalse(yield* set(session, generation).pipe(sealed(store, "a")))
      assert.isTrue(yield* set(session).pipe(sealed(store, "a")))
      assert.isFalse(yield* set(renewed, next).pipe(sealed(store, "a")))
      assert.isTrue(yield* set(renewed, generation).pipe(sealed(store, "a")))
      assert.strictEqual(store.records.get(key.toString())!.renewedAt, 7)
      const quiet = Logger.layer([])
      assert.isFalse(yield* set(session, next).pipe(sealed(store, "lost"), Effect.provide(quiet)))
      assert.isFalse(yield* remove(next).pipe(sealed(store, "lost"), Effect.provide(quiet)))
      assert.isFalse(yield* remove(generation).pipe(sealed(store, "a")))
      assert.isTrue(yield* remove(next).pipe(sealed(store, "a")))
      assert.isFalse(yield* remove(next).pipe(sealed(store, "a")))
      assert.strictEqual(store.records.size, 0)
    })
  )

  it.effect("H8: a session that does not open is not a session, but an event without its content", () => {
    const messages: Array<string> = []
    const logger = Logger.make(
      ({ fiber, logLevel, message }) => void messages.push(inspect([logLevel, message, fiber.context], { depth: 6 }))
    )
    return Effect.gen(function* () {
      const store = behind()
      yield* set(session).pipe(sealed(store, "a"))
      const kept = store.records.get(key.toString())!
      const good = Redacted.value(kept.accessToken)
      assert.isTrue(Option.isNone(yield* get(key).pipe(sealed(store, "lost"))))
      for (const bad of [good.slice(0, -1), "planted-plain-token", `1.${good.slice(2, 10)}.AAAA`]) {
        store.records.set(key.toString(), new Session({ ...kept, accessToken: Redacted.make(bad) }))
        assert.isTrue(Option.isNone(yield* get(key).pipe(sealed(store, "a"))))
      }
      assert.strictEqual(messages.length, 4)
      for (const message of messages) {
        assert.include(message, "Warn")
        assert.include(message, "counts as none")
        assert.notInclude(message, "planted")
      }
    }).pipe(Effect.provide(Logger.layer([logger])))
  })

  it.effect("H8: a sealed value of another version is not a session", () =>
    Effect.gen(function* () {
      const store = behind()
      yield* set(session).pipe(sealed(store, "a"))
      const kept = store.records.get(key.toString())!
      const old = yield* Seal.seal(`{"version":0}`, `session of ${key.toString()} generation ${generation}`).pipe(
        Effect.provide(keys("a"))
      )
      store.records.set(key.toString(), new Session({ ...kept, accessToken: Redacted.make(old) }))
      assert.isTrue(Option.isNone(yield* get(key).pipe(sealed(store, "a"))))
    })
  )

  it.effect("keys rotate: the old key opens, the next save moves the session to the new one", () =>
    Effect.gen(function* () {
      const store = behind()
      yield* set(session).pipe(sealed(store, "old"))
      const found = Option.getOrThrow(yield* get(key).pipe(sealed(store, "new", "old")))
      // A plain object of the same shape will do, as in any store.
      yield* set({ ...found }).pipe(sealed(store, "new", "old"))
      assert.isTrue(Option.isSome(yield* get(key).pipe(sealed(store, "new"))))
    })
  )

  it.effect("F1: under Sessions, a sign-in and a refresh work as with any store", () => {
    const store = behind()
    return Effect.gen(function* () {
      const { session } = yield* signIn
      yield* TestClock.adjust("31 minutes")
      const token = yield* Sessions.accessToken(session.key)
      assert.notStrictEqual(Redacted.value(token), Redacted.value(session.accessToken))
      assert.strictEqual((yield* Wire).to("/token").length, 2)
      assert.deepStrictEqual((yield* Sessions.Sessions.use((sessions) => sessions.list(account))).map(String), [
        session.key.toString()
      ])
      for (const kept of store.records.values()) assert.notInclude(reveal(kept), "planted")
      yield* Sessions.forget(session.key)
      assert.strictEqual(store.records.size, 0)
    }).pipe(
      Effect.provide(
        layerWith({
          stores: Layer.merge(
            TransactionStore.layerMemory,
            SealedSessionStore.layer.pipe(Layer.provide(store.layer), Layer.provide(keys("a")), Layer.orDie)
          )
        })
      )
    )
  })
})
