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
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { callbackOf, installation, json, layerWith, oauthError, tokens, Wire } from "./ScriptedSentinel.ts"

type Store = SessionStore["Service"]

type Elsewhere = (store: Store) => Effect.Effect<unknown, StoreError>

/** A store that fails: before it does something, or after it, as it looks when an answer is lost. */
const faulty = () => {
  const faults = { before: 0, after: 0, reading: 0 }
  /** What another process does once, while a change fails, or before something that was read arrives. */
  const meanwhile: { failing: Elsewhere | undefined; reading: Elsewhere | undefined } = {
    failing: undefined,
    reading: undefined
  }
  const elsewhere = (which: keyof typeof meanwhile, store: Store) =>
    Effect.suspend((): Effect.Effect<unknown, StoreError> => {
      const work = meanwhile[which]
      meanwhile[which] = undefined
      return work === undefined ? Effect.void : work(store)
    })
  const error = (operation: string) => new StoreError({ store: "session store", operation })
  const spend = (which: keyof typeof faults) => faults[which] > 0 && faults[which]-- > 0
  const changing = (effect: Effect.Effect<boolean, StoreError>, store: Store) =>
    Effect.suspend(() => {
      const failing = Effect.andThen(elsewhere("failing", store), Effect.fail(error("change")))
      if (spend("before")) return failing
      return spend("after") ? Effect.andThen(effect, failing) : effect
    })
  const layer = Layer.effect(
    SessionStore,
    Effect.map(SessionStore, (store): Store => ({
      get: (key) =>
        Effect.suspend(() =>
          spend("reading") ? Effect.fail(error("get")) : Effect.tap(store.get(key), elsewhere("reading", store))
        ),
      set: (session, over) => changing(store.set(session, over), store),
      remove: (key, only) => changing(store.remove(key, only), store),
      list: store.list
    }))
  ).pipe(Layer.provide(layerMemory))
  return { faults, meanwhile, layer: Layer.merge(TransactionStore.layerMemory, layer) }
}

const brokenLock = Layer.succeed(RefreshLock, {
  withLock: () => Effect.fail(new StoreError({ store: "lock", operation: "lock" }))
})

const text = (token: Redacted.Redacted) => Redacted.value(token)
/** What another process makes of a session. */
const theirsOf = (session: Session, changes: Partial<Session> = {}): Session => ({
  ...session,
  generation: Generation.make("0".repeat(22)),
  accessToken: Redacted.make("theirs"),
  ...changes
})
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
/** A sign-in that the store does not take, in no more time than the pauses between its tries. */
const keptSignIn = Effect.fnUntraced(function* (faults: ReturnType<typeof faulty>["faults"]) {
  faults.before = 3
  const completing = yield* Effect.forkChild(
    Effect.flatMap(SignIn.start(), (started) => SignIn.complete(callbackOf(started)))
  )
  for (const [left, pause] of [
    [2, 100],
    [1, 200],
    [0, 0]
  ] as const) {
    while (faults.before > left) yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    yield* TestClock.adjust(pause)
  }
  return (yield* Fiber.join(completing)).session
})
const refresh = (key: SessionKey) =>
  Effect.gen(function* () {
    yield* TestClock.adjust("6 seconds")
    return yield* patiently(Sessions.refresh(key))
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
        // Also over the time of two refreshes.
        const { accessToken } = yield* refresh(session.key)
        assert.notStrictEqual(text(accessToken), text(session.accessToken))
        const renewed = yield* refresh(session.key)
        assert.notStrictEqual(text(renewed.accessToken), text(accessToken))
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
      for (const elsewhere of [store.set(theirsOf(first), "any"), store.remove(first.key, "any")]) {
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

  for (const [what, laterBy] of [
    ["refreshed it", 0],
    ["signed the user in again", 1]
  ] as const) {
    for (const unreadable of [0, 1]) {
      it.effect(
        `whose answer was lost gives way if another process has ${what} since (${unreadable} unreadable)`,
        () => {
          const { faults, layer, meanwhile } = faulty()
          return Effect.gen(function* () {
            const first = yield* signIn
            yield* TestClock.adjust("6 seconds")
            faults.reading = unreadable
            faults.after = 1
            meanwhile.failing = (store) =>
              Effect.flatMap(store.get(first.key), (written) => {
                const session = Option.getOrThrow(written)
                return store.set(theirsOf(session, { signedInAt: session.signedInAt + laterBy }), "any")
              })
            assert.strictEqual(text((yield* signIn).accessToken), "theirs")
            assert.strictEqual(text((yield* stored(first.key))!.accessToken), "theirs")
          }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" }, stores: layer })))
        }
      )
    }
  }

  it.effect("replaces an older one, also where that could not be read", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      const before = yield* signIn
      yield* TestClock.adjust("6 seconds")
      faults.before = faults.reading = 1
      const session = yield* signIn
      assert.notStrictEqual(text(session.accessToken), text(before.accessToken))
      assert.strictEqual(text((yield* stored(session.key))!.accessToken), text(session.accessToken))
    }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" }, stores: layer })))
  })

  it.effect("that is kept takes the place of one that was kept before", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      faults.before = Infinity
      const first = yield* signIn
      const second = yield* signIn
      assert.notStrictEqual(text(second.accessToken), text(first.accessToken))
      faults.before = 0
      assert.strictEqual(text(yield* Sessions.accessToken(first.key)), text(second.accessToken))
      assert.strictEqual(text((yield* stored(first.key))!.accessToken), text(second.accessToken))
    }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" }, stores: layer })))
  })

  it.effect("that is kept stays when a refresh of the session before it cannot be saved either", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      const { key } = yield* signIn
      yield* TestClock.adjust("6 seconds")
      ;(yield* Wire).next("/token", (sent) => Effect.as(Effect.sleep("5 seconds"), json(tokens(sent, 0))()))
      const refreshing = yield* Effect.forkChild(Sessions.refresh(key))
      yield* TestClock.adjust("1 second")
      const session = yield* keptSignIn(faults)
      faults.before = Infinity
      const refreshed = yield* patiently(Fiber.join(refreshing))
      assert.strictEqual(text(refreshed.accessToken), text(session.accessToken))
      faults.before = 0
      assert.strictEqual(text(yield* Sessions.accessToken(key)), text(session.accessToken))
      assert.strictEqual(text((yield* stored(key))!.accessToken), text(session.accessToken))
    }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" }, stores: layer })))
  })

  it.effect("that is kept stays when an earlier one turns out to be out of date", () => {
    const { faults, layer, meanwhile } = faulty()
    return Effect.gen(function* () {
      faults.before = 3
      const first = yield* signIn
      const { key } = first
      yield* SessionStore.use((store) => store.set(theirsOf(first), "any"))
      meanwhile.reading = () => Effect.sleep("5 seconds")
      const looking = yield* Effect.forkChild(Sessions.accessToken(key))
      yield* TestClock.adjust("1 second")
      const second = yield* keptSignIn(faults)
      assert.strictEqual(text(yield* patiently(Fiber.join(looking))), "theirs")
      assert.strictEqual(text(yield* Sessions.accessToken(key)), text(second.accessToken))
    }).pipe(Effect.provide(layerWith({ sessions: { onePer: "user" }, stores: layer })))
  })

  it.effect("with a key of its own needs nothing to be read", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      faults.reading = 1
      yield* signIn
      assert.strictEqual(faults.reading, 1)
    }).pipe(Effect.provide(layerWith({ stores: layer })))
  })

  it.effect("is written once more by a store that has only what the browser sent, and knows what it wrote", () => {
    const written: Array<readonly [Generation, Generation | "any"]> = []
    const cookies = Layer.succeed(SessionStore, {
      get: () => Effect.succeedNone,
      set: ({ generation }, over) => Effect.sync(() => written.push([generation, over]) > 0),
      remove: () => Effect.succeed(true),
      list: () => Effect.succeed([])
    } satisfies Store)
    return Effect.gen(function* () {
      const callback = callbackOf(yield* SignIn.start())
      const { session } = yield* SignIn.complete(callback)
      assert.deepInclude(yield* SignIn.complete(callback), { isRepeated: true, session })
      assert.deepStrictEqual(written, [
        [session.generation, "any"],
        [session.generation, session.generation]
      ])
    }).pipe(Effect.provide(layerWith({ stores: Layer.merge(TransactionStore.layerMemory, cookies) })))
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
      const refreshing = yield* Effect.forkChild(Sessions.refresh(key))
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

  for (const failing of [0, Infinity]) {
    it.effect(`that ends after a sign-out is not kept, though the store lacked the session (${failing} fail)`, () => {
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
        const refreshing = yield* Effect.forkChild(Sessions.refresh(key))
        yield* TestClock.adjust("1 second")
        faults.before = 0
        yield* Sessions.forget(key)
        faults.before = faults.reading = failing
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual((yield* Effect.flip(Fiber.join(refreshing)))._tag, "NotSignedIn")
        faults.before = faults.reading = 0
        assert.isTrue((yield* stored(key)) === undefined)
        assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "NotSignedIn")
      }).pipe(Effect.provide(layerWith({ stores: layer })))
    })
  }

  it.effect("that has to be written again takes nothing away that came after it was read", () => {
    const { faults, layer, meanwhile } = faulty()
    return Effect.gen(function* () {
      const session = yield* signIn
      faults.before = 1
      meanwhile.failing = () =>
        Effect.sync(() => void (meanwhile.reading = (store) => store.set(theirsOf(session), "any")))
      assert.strictEqual(text((yield* refresh(session.key)).accessToken), "theirs")
      assert.strictEqual(text((yield* stored(session.key))!.accessToken), "theirs")
    }).pipe(Effect.provide(layerWith({ stores: layer })))
  })

  it.effect("that is saved leaves nothing in memory of the sign-in that was not", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      faults.before = 3
      const { key } = yield* signIn
      // Nothing can be read before the refresh, so that the store has only what it brings.
      faults.reading = 3
      const renewed = yield* refresh(key)
      assert.strictEqual(text((yield* stored(key))!.accessToken), text(renewed.accessToken))
      yield* SessionStore.use((store) => store.remove(key, "any"))
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "NotSignedIn")
    }).pipe(Effect.provide(layerWith({ stores: layer })))
  })
})

describe("F5: a session that the store lacked and that LivePerson has ended", () => {
  for (const [what, isStored] of [
    ["the sign-in", false],
    ["a refresh", true]
  ] as const) {
    const kept = Effect.fnUntraced(function* (faults: ReturnType<typeof faulty>["faults"]) {
      if (!isStored) faults.before = 3
      let session = yield* signIn
      if (isStored) {
        yield* TestClock.adjust("6 seconds")
        faults.before = 3
        session = yield* refresh(session.key)
      }
      // The refresh that is refused cannot save it before.
      faults.reading = 3
      return session
    })

    it.effect(`is removed here and in the store, and it is said (of ${what})`, () => {
      const { faults, layer } = faulty()
      const said: Array<unknown> = []
      const logger = Logger.layer([Logger.make(({ message }) => void said.push(message))])
      return Effect.gen(function* () {
        const { key } = yield* kept(faults)
        ;(yield* Wire).next("/token", oauthError("invalid_grant"))
        assert.strictEqual((yield* Effect.flip(refresh(key)))._tag, "SessionEnded")
        assert.isTrue((yield* stored(key)) === undefined)
        assert.strictEqual((yield* Effect.flip(Sessions.accessToken(key)))._tag, "NotSignedIn")
        assert.deepInclude(said, [
          "A session has ended at LivePerson and is removed",
          { account: installation.accountId }
        ])
      }).pipe(Effect.provide(Layer.merge(layerWith({ stores: layer }), logger)))
    })

    it.effect(`gives way to what another process has saved meanwhile (of ${what})`, () => {
      const { faults, layer } = faulty()
      return Effect.gen(function* () {
        const session = yield* kept(faults)
        const store = yield* SessionStore
        ;(yield* Wire).next("/token", () =>
          Effect.as(Effect.orDie(store.set(theirsOf(session), "any")), oauthError("invalid_grant")())
        )
        assert.strictEqual(text((yield* refresh(session.key)).accessToken), "theirs")
        assert.strictEqual(text((yield* stored(session.key))!.accessToken), "theirs")
      }).pipe(Effect.provide(layerWith({ stores: layer })))
    })
  }
})

describe("G5: revoking", () => {
  it.effect("a session that cannot be read removes it, and says that LivePerson has heard nothing", () => {
    const { faults, layer } = faulty()
    return Effect.gen(function* () {
      const { key } = yield* signIn
      faults.reading = 1
      assert.strictEqual((yield* Effect.flip(Sessions.revokeEverywhere(key)))._tag, "StoreError")
      assert.isTrue((yield* stored(key)) === undefined)
      assert.strictEqual((yield* Wire).to("/revoke").length, 0)
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
