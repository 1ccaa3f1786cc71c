/** Tokens that came are a commit: a store or a lock that fails loses none, and none comes back that is over. */
import { assert, describe, it } from "@effect/vitest"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { Generation, type Session, type SessionKey } from "@le-auth/core/Session"
import * as Sessions from "@le-auth/core/Sessions"
import { layerMemory, SessionStore } from "@le-auth/core/SessionStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as SignIn from "@le-auth/core/SignIn"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { callbackOf, layerWith, Wire } from "./ScriptedSentinel.ts"

type Store = SessionStore["Service"]

/** A store that fails: before it does something, or after it, as it looks when an answer is lost. */
const faulty = () => {
  const faults = { before: 0, after: 0, reading: 0 }
  const error = (operation: string) => new StoreError({ store: "session store", operation })
  const spend = (which: keyof typeof faults) => faults[which] > 0 && faults[which]-- > 0
  const changing = (effect: Effect.Effect<boolean, StoreError>) =>
    Effect.suspend(() => {
      if (spend("before")) return Effect.fail(error("change"))
      return spend("after") ? Effect.andThen(effect, Effect.fail(error("change"))) : effect
    })
  const layer = Layer.effect(
    SessionStore,
    Effect.map(SessionStore, (store): Store => ({
      get: (key) => Effect.suspend(() => (spend("reading") ? Effect.fail(error("get")) : store.get(key))),
      set: (session, over) => changing(store.set(session, over)),
      remove: (key, only) => changing(store.remove(key, only)),
      list: store.list
    }))
  ).pipe(Layer.provide(layerMemory))
  return { faults, layer: Layer.merge(TransactionStore.layerMemory, layer) }
}

const brokenLock = Layer.succeed(RefreshLock, {
  withLock: () => Effect.fail(new StoreError({ store: "lock", operation: "lock" }))
})

const text = (token: Redacted.Redacted) => Redacted.value(token)
const stored = (key: SessionKey) =>
  Effect.map(
    SessionStore.use((store) => store.get(key)),
    Option.getOrUndefined
  )
/** What may have to wait for its store, and does things in between that take no time of the test clock. */
const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) {
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* TestClock.adjust("100 millis")
    }
    return yield* Fiber.join(fiber)
  })
const signIn = Effect.gen(function* () {
  const started = yield* SignIn.start()
  return (yield* patiently(SignIn.complete(callbackOf(started)))).session
})
const refresh = (key: SessionKey) =>
  Effect.gen(function* () {
    yield* TestClock.adjust("6 seconds")
    return yield* patiently(Sessions.Sessions.use((sessions) => sessions.refresh(key)))
  })
const exchanges = Effect.map(Wire, (wire) =>
  wire.to("/token").filter(({ form }) => form.get("grant_type") === "authorization_code")
)

describe("F10: a sign-in", () => {
  for (const onePer of ["sign-in", "user"] as const) {
    const options = { sessions: { onePer } }
    for (const [what, tries] of [
      ["before", 1],
      ["before", 2],
      ["after", 1],
      ["after", 2]
    ] as const) {
      it.effect(`is saved although the store fails ${tries} times ${what} it writes (one per ${onePer})`, () => {
        const { faults, layer } = faulty()
        return Effect.gen(function* () {
          faults[what] = tries
          const session = yield* signIn
          assert.strictEqual(text((yield* stored(session.key))!.accessToken), text(session.accessToken))
          assert.strictEqual((yield* exchanges).length, 1)
        }).pipe(Effect.provide(layerWith({ ...options, stores: layer })))
      })
    }

    it.effect(`is used from memory while the store is down, and saved when it is back (one per ${onePer})`, () => {
      const { faults, layer } = faulty()
      return Effect.gen(function* () {
        faults.before = faults.reading = Infinity
        const session = yield* signIn
        assert.strictEqual(text(yield* Sessions.accessToken(session.key)), text(session.accessToken))
        // Also over the time of a refresh.
        const renewed = yield* refresh(session.key)
        faults.before = faults.reading = 0
        assert.isTrue((yield* stored(session.key)) === undefined)
        assert.strictEqual(text(yield* Sessions.accessToken(session.key)), text(renewed.accessToken))
        assert.strictEqual(text((yield* stored(session.key))!.refreshToken!), text(renewed.refreshToken!))
        assert.strictEqual((yield* exchanges).length, 1)
      }).pipe(Effect.provide(layerWith({ ...options, stores: layer })))
    })

    it.effect(`needs no lock (one per ${onePer})`, () =>
      Effect.gen(function* () {
        const { binding, url } = yield* SignIn.start()
        const { session } = yield* SignIn.complete(callbackOf({ binding, url }))
        assert.isTrue((yield* stored(session.key)) !== undefined)
      }).pipe(Effect.provide(layerWith({ ...options, lock: brokenLock })))
    )
  }

  it.effect("that is kept gives way to a newer one, and to a sign-out", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      const store = yield* SessionStore
      const first = yield* signIn
      for (const elsewhere of [
        store.set(
          { ...first, generation: Generation.make("0".repeat(22)), accessToken: Redacted.make("theirs") },
          "any"
        ),
        store.remove(first.key, "any")
      ]) {
        faults.before = 3
        const kept = yield* signIn
        assert.strictEqual(text(yield* Sessions.accessToken(kept.key)), text(kept.accessToken))
        // That use has offered it; once more.
        faults.before = 3
        yield* signIn
        yield* elsewhere
        const token = yield* Effect.option(Sessions.accessToken(first.key))
        assert.strictEqual(Option.getOrUndefined(Option.map(token, text)), (yield* stored(first.key)) && "theirs")
      }
    }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" }, stores: layer })))
  })
})

describe("F10: a refresh", () => {
  for (const [what, tries] of [
    ["before", 2],
    ["after", 2]
  ] as const) {
    it.effect(`is saved although the store fails ${tries} times ${what} it writes`, () => {
      const { faults, layer } = faulty()
      return Effect.gen(function* () {
        const { key } = yield* signIn
        faults[what] = tries
        const renewed = yield* refresh(key)
        assert.strictEqual(text((yield* stored(key))!.refreshToken!), text(renewed.refreshToken!))
      }).pipe(Effect.provide(layerWith({ stores: layer })))
    })
  }

  it.effect("that was saved after all, though every answer was lost, is followed by another one", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      const { key } = yield* signIn
      faults.after = 1
      faults.reading = 0
      const store = yield* SessionStore
      // The write arrives, its answer does not, and nothing can be read.
      yield* TestClock.adjust("6 seconds")
      const refreshing = yield* Effect.forkChild(Sessions.Sessions.use((sessions) => sessions.refresh(key)))
      yield* TestClock.adjust(0)
      faults.reading = faults.before = 3
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(refreshing)
      faults.reading = faults.before = 0
      const again = yield* refresh(key)
      assert.strictEqual(text(Option.getOrThrow(yield* store.get(key)).refreshToken!), text(again.refreshToken!))
    }).pipe(Effect.provide(layerWith({ stores: layer })))
  })

  it.effect("that is kept is dropped when another process has ended the session, also if the store fails then", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      const session: Session = yield* signIn
      const { key } = session
      const store = yield* SessionStore
      faults.before = Infinity
      const kept = yield* refresh(key)
      assert.strictEqual(text(yield* Sessions.accessToken(key)), text(kept.accessToken))
      faults.before = 0
      yield* store.remove(key, "any")
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "NotSignedIn")
      faults.reading = 1
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "StoreError")
      // Nor does it come back with a later sign-in, not even with the one that it replaced.
      yield* store.set(session, "any")
      assert.strictEqual(text(yield* Sessions.accessToken(key)), text(session.accessToken))
    }).pipe(Effect.provide(layerWith({ stores: layer })))
  })

  it.effect("that ends after a sign-out is not kept, although it was made of a session that the store lacked", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      faults.before = Infinity
      const { key } = yield* signIn
      yield* TestClock.adjust("6 seconds")
      ;(yield* Wire).next("/token", () =>
        Effect.as(
          Effect.sleep("5 seconds"),
          Response.json({ access_token: "late", refresh_token: "late", token_type: "Bearer" })
        )
      )
      const refreshing = yield* Effect.forkChild(Sessions.Sessions.use((sessions) => sessions.refresh(key)))
      yield* TestClock.adjust("1 second")
      faults.before = 0
      yield* Sessions.forget(key)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Effect.flip(Fiber.join(refreshing)))._tag, "NotSignedIn")
      assert.isTrue((yield* stored(key)) === undefined)
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "NotSignedIn")
    }).pipe(Effect.provide(layerWith({ stores: layer })))
  })
})

describe("F10: a program that ends", () => {
  it.effect("saves what the store did not take before, or hears that it cannot", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      const { key } = yield* signIn
      const { flush } = yield* Sessions.Sessions
      yield* flush
      faults.before = 3
      const { generation } = yield* refresh(key)
      assert.notStrictEqual((yield* stored(key))!.generation, generation)
      faults.before = 1
      assert.strictEqual((yield* Effect.flip(flush))._tag, "StoreError")
      yield* flush
      assert.strictEqual((yield* stored(key))!.generation, generation)
    }).pipe(Effect.provide(layerWith({ stores: layer })))
  })

  it.effect("does so by itself when its layer is closed", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      const services = yield* Layer.build(layer)
      const ended = Effect.gen(function* () {
        const { key } = yield* signIn
        faults.before = 3
        return yield* refresh(key)
      }).pipe(Effect.provide(layerWith({ stores: Layer.succeedContext(services) })))
      const { generation, key } = yield* ended
      assert.strictEqual((yield* Effect.provide(stored(key), services))!.generation, generation)
    })
  })
})
