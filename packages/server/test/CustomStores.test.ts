/** The ports of core over stores of people's own. */
import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import * as Seal from "@le-auth/core/Seal"
import { Session, SessionKey } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import { StoreError } from "@le-auth/core/StoreError"
import type { AppTokenKey } from "@le-auth/core/AppToken"
import * as AppTokenStoreSuite from "@le-auth/testing/AppTokenStoreSuite"
import * as RefreshLockSuite from "@le-auth/testing/RefreshLockSuite"
import * as SessionStoreSuite from "@le-auth/testing/SessionStoreSuite"
import * as TransactionStoreSuite from "@le-auth/testing/TransactionStoreSuite"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"
import * as CustomStores from "../src/internal/customStores.ts"
import type { Lock, SessionsStore } from "../src/Stores.ts"
import { emptyData, mapStores } from "./MapStores.ts"

const sealKeys = Layer.provide(
  Seal.layer([Redacted.make("a secret of forty-three characters or more....")]),
  Seal.layerWebCrypto
)
const data = emptyData()
const stores = mapStores(data)
const layer = CustomStores.layer(stores)
const sealed = CustomStores.layer(stores, { sealKeys })
const corrupt = (key: SessionKey) => Effect.sync(() => void data.sessions.set(key.toString(), "{"))
const rejecting = async () => {
  throw new Error("the disk is full")
}
const refusing = CustomStores.layer({
  ...stores,
  sessions: { ...stores.sessions, set: rejecting },
  transactions: { ...stores.transactions, put: rejecting },
  appTokens: { ...stores.appTokens!, set: rejecting },
  lock: { withLock: rejecting }
})
const corruptToken = (key: AppTokenKey) => Effect.sync(() => void data.appTokens.set(key.toString(), "{"))
const lockTimeout = Duration.seconds(2)
const impatient = CustomStores.layer(stores, { lockTimeout })

TransactionStoreSuite.suite("custom", layer, { second: layer, refusing })
SessionStoreSuite.suite("custom", layer, { second: layer, corrupt, refusing })
SessionStoreSuite.suite("custom, sealed", sealed, { second: sealed, corrupt })
AppTokenStoreSuite.suite("custom", layer, { second: layer, corrupt: corruptToken, refusing })
AppTokenStoreSuite.suite("custom, sealed", sealed, { second: sealed, corrupt: corruptToken })
AppTokenStoreSuite.suite("custom, without app tokens", CustomStores.layer({ ...stores, appTokens: undefined }))
RefreshLockSuite.suite("custom", impatient, { second: impatient, live: true, lockTimeout, refusing })

const key = Schema.decodeSync(SessionKey)({ accountId: "12345678", clientId: "client", subject: "planted-subject" })
const session = Schema.decodeSync(Schema.toCodecJson(Session))({
  key: { accountId: "12345678", clientId: "client", subject: "planted-subject" },
  generation: "AAAAAAAAAAAAAAAAAAAAAA",
  accessToken: "planted-access-token",
  refreshToken: "planted-refresh-token",
  signedInAt: 1,
  refreshAt: 2,
  expiresAt: 3
})

const errorOf = <A>(effect: Effect.Effect<A, StoreError, CustomStores.Stores>, changes: object) =>
  Effect.flip(Effect.provide(effect, CustomStores.layer({ ...mapStores(), ...changes })))

describe("answers of custom stores", () => {
  const sessions = (changes: object) => ({ sessions: { ...mapStores().sessions, ...changes } })
  const get = SessionStore.use((store) => store.get(key))
  const set = SessionStore.use((store) => store.set(session, "any"))
  const remove = SessionStore.use((store) => store.remove(key, "any"))
  const list = SessionStore.use((store) => store.list(AccountId.make("12345678")))

  for (const [what, effect, changes, problem] of [
    [
      "a number for a text",
      get,
      sessions({ get: async () => 7 }),
      "it answered with a number, where a text or nothing is expected"
    ],
    [
      "an array for a text",
      get,
      sessions({ get: () => ["planted"] }),
      "it answered with an array, where a text or nothing is expected"
    ],
    [
      "nothing for a boolean",
      set,
      sessions({ set: async () => {} }),
      "it answered with undefined, where true or false is expected"
    ],
    [
      "an object for a boolean",
      remove,
      sessions({ remove: async () => ({ rowCount: 1 }) }),
      "it answered with an object, where true or false is expected"
    ],
    [
      "nothing for a list",
      list,
      sessions({ list: async () => null }),
      "it answered with null, where a list of texts is expected"
    ],
    [
      "a text for a list",
      list,
      sessions({ list: async () => "planted" }),
      "it answered with a string, where a list of texts is expected"
    ],
    ["no write over anything", set, sessions({ set: async () => false }), "it has not written, and compared nothing"],
    [
      "another account's keys",
      list,
      sessions({ list: async () => ["123456789/client/planted"] }),
      "it gave keys of another account"
    ],
    [
      "a throw",
      get,
      sessions({
        get: () => {
          throw new Error("no connection")
        }
      }),
      "no connection"
    ],
    ["a text as rejection", get, sessions({ get: () => Promise.reject("no connection") }), "no connection"],
    ["nothing as rejection", get, sessions({ get: () => Promise.reject() }), "it rejected, and does not say why"],
    ["no function", get, { sessions: {} }, "sessions.get is not a function"],
    [
      "a rejection with the parameters of a statement",
      set,
      sessions({
        set: async (_: string, value: string) => {
          throw Object.assign(new Error(`insert failed, params: ${value.slice(40)}`), { value })
        }
      }),
      "insert failed, params"
    ],
    [
      "a rejection that repeats a token",
      set,
      sessions({
        set: async () => {
          throw new Error("no room for planted-refresh-token")
        }
      }),
      "it rejected, and repeats what it was given"
    ],
    [
      "a rejection that repeats a key",
      set,
      sessions({
        set: async (id: string) => {
          throw new Error(`${id} is locked`)
        }
      }),
      "it rejected, and repeats what it was given"
    ]
  ] as const) {
    it.effect(`${what} is a StoreError, in words without values`, () =>
      Effect.gen(function* () {
        const error = yield* errorOf<unknown>(effect, changes)
        assert.instanceOf(error, StoreError)
        assert.strictEqual(error.problem, problem)
        assert.notInclude(inspect(error, { depth: 9, showHidden: true }), "planted")
      })
    )
  }

  it.effect("no answer is a StoreError after 5 seconds", () =>
    Effect.gen(function* () {
      const never = () => new Promise<never>(() => {})
      const fiber = yield* Effect.forkChild(errorOf(get, sessions({ get: never })))
      yield* TestClock.adjust("5 seconds")
      const error = yield* Fiber.join(fiber)
      assert.include(error.message, "no answer within 5s")
    })
  )

  it.effect("a session under the key of another one is none", () =>
    Effect.gen(function* () {
      const shared = emptyData()
      const mixedUp = mapStores(shared)
      const other = CustomStores.layer({
        ...mixedUp,
        sessions: { ...mixedUp.sessions, get: async () => [...shared.sessions.values()][0] }
      })
      yield* set.pipe(Effect.provide(CustomStores.layer(mixedUp)))
      const strange = new SessionKey({ ...key, accountId: AccountId.make("87654321") })
      assert.isTrue(Option.isSome(yield* get.pipe(Effect.provide(other))))
      assert.isTrue(Option.isNone(yield* SessionStore.use((store) => store.get(strange)).pipe(Effect.provide(other))))
    })
  )

  it("names what is missing", () => {
    assert.deepStrictEqual(CustomStores.problemsOf(mapStores()), [])
    assert.deepStrictEqual(
      CustomStores.problemsOf({ ...mapStores(), sessions: { get: 1 }, lock: undefined } as never),
      [
        "sessions.get is not a function",
        "sessions.set is not a function",
        "sessions.remove is not a function",
        "sessions.list is not a function",
        "lock.withLock is not a function"
      ]
    )
  })
})

describe("what custom stores are given", () => {
  it.effect("sessions in clear without seal keys, and nothing of them with", () =>
    Effect.gen(function* () {
      for (const [options, isClear] of [
        [{}, true],
        [{ sealKeys }, false]
      ] as const) {
        const data = emptyData()
        const keep = SessionStore.use((store) => store.set(session, "any"))
        yield* Effect.provide(keep, CustomStores.layer(mapStores(data), options))
        assert.strictEqual([...data.sessions.values()].join().includes("planted-refresh-token"), isClear)
      }
    })
  )

  it.effect("when it may drop a session: 90 days after it was set; it compares texts", () =>
    Effect.gen(function* () {
      const calls: Array<Parameters<SessionsStore["set"]>> = []
      const { sessions, ...rest } = mapStores()
      const set: SessionsStore["set"] = (...call) => {
        calls.push(call)
        return sessions.set(...call)
      }
      yield* TestClock.setTime(1_000)
      yield* Effect.gen(function* () {
        const store = yield* SessionStore
        yield* store.set(session, "any")
        assert.isTrue(yield* store.set(session, session.generation))
      }).pipe(Effect.provide(CustomStores.layer({ ...rest, sessions: { ...sessions, set } })))
      const expiresAt = 1_000 + Duration.toMillis("90 days")
      const text = calls[0]![1]
      assert.deepStrictEqual(
        calls.map(([, , options]) => options),
        [
          { over: undefined, expiresAt },
          { over: text, expiresAt }
        ]
      )
    })
  )

  it.effect("of a browser a hash, and never what the browser has; it is over in time, though the store keeps it", () =>
    Effect.gen(function* () {
      const data = emptyData()
      const browsers = BrowserSessions.layerWith({ maxAge: "1 day" }).pipe(
        Layer.provide(CustomStores.layer(mapStores(data))),
        Layer.provide(Layer.merge(Digest.layerWebCrypto, SecureRandom.layerWebCrypto))
      )
      yield* Effect.gen(function* () {
        const store = yield* BrowserSessions.BrowserSessions
        const identifier = Redacted.value(yield* store.create(key))
        const [[id, text] = [], ...more] = [...data.browsers]
        assert.match(id!, /^[A-Za-z0-9_-]{43}$/)
        assert.notInclude(`${id} ${text}`, identifier)
        assert.lengthOf(more, 0)
        yield* TestClock.adjust("23 hours")
        assert.strictEqual(String(Option.getOrThrow(yield* store.find(identifier))), key.toString())
        yield* TestClock.adjust("1 hour")
        assert.isTrue(Option.isNone(yield* store.find(identifier)))
        assert.strictEqual(data.browsers.size, 1)
        yield* store.remove(identifier)
        assert.strictEqual(data.browsers.size, 0)
      }).pipe(Effect.provide(browsers))
    })
  )

  it.effect("a damaged record of a browser signs no user in", () =>
    Effect.gen(function* () {
      const data = emptyData()
      const store = yield* BrowserSessions.BrowserSessions.pipe(
        Effect.provide(
          BrowserSessions.layer.pipe(
            Layer.provide(CustomStores.layer(mapStores(data))),
            Layer.provide(Layer.merge(Digest.layerWebCrypto, SecureRandom.layerWebCrypto))
          )
        )
      )
      const identifier = Redacted.value(yield* store.create(key))
      const [id, text] = [...data.browsers][0]!
      for (const damaged of ["", "{", "null", text.replace('"value":{', '"value":{"a":1},"b":{')]) {
        data.browsers.set(id, damaged)
        assert.isTrue(Option.isNone(yield* store.find(identifier)), damaged)
      }
    })
  )
})

describe("a lock that does not do what it should", () => {
  const under = (lock: Lock, effect: Effect.Effect<unknown, unknown>) =>
    RefreshLock.use((it) => it.withLock("a key", effect)).pipe(
      Effect.provide(CustomStores.layer({ ...mapStores(), lock }, { lockTimeout: Duration.millis(100) })),
      Effect.exit
    )
  /** Counts how often the work was done. */
  const counted = () => {
    const count = { done: 0 }
    return { count, work: Effect.sync(() => ++count.done) }
  }
  const problemOf = (exit: Exit.Exit<unknown, unknown>) => {
    if (Exit.isSuccess(exit)) return "success"
    const error = Option.getOrUndefined(Exit.findErrorOption(exit))
    return error instanceof StoreError ? error.message : error
  }

  it.live("the work is done once, however often the lock runs it", () =>
    Effect.gen(function* () {
      const { count, work } = counted()
      const exit = yield* under({ withLock: async (_, run) => (await run(), await run(), run()) }, work)
      assert.deepStrictEqual([exit, count.done], [Exit.succeed(1), 1])
    })
  )

  it.live("a lock that does not run it, rejects, throws or stays silent is a StoreError, and nothing was done", () =>
    Effect.gen(function* () {
      for (const [withLock, said] of [
        [async () => undefined as never, "it ended, and has not run what it was given"],
        [() => Promise.reject(new Error("no connection")), "no connection"],
        [
          () => {
            throw new Error("no connection")
          },
          "no connection"
        ],
        [() => new Promise<never>(() => {}), "no answer within 100ms"]
      ] as const) {
        const { count, work } = counted()
        assert.include(problemOf(yield* under({ withLock }, work)), said)
        assert.strictEqual(count.done, 0)
      }
    })
  )

  it.live("a lock that runs it too late runs nothing, and is let go at once", () =>
    Effect.gen(function* () {
      const { count, work } = counted()
      const late = yield* Deferred.make<void>()
      const over = yield* Deferred.make<void>()
      const withLock: Lock["withLock"] = async (_, run) => {
        await Effect.runPromise(Deferred.await(late))
        const result = await run()
        Effect.runSync(Deferred.succeed(over, undefined))
        return result
      }
      assert.include(problemOf(yield* under({ withLock }, work)), "no answer within 100ms")
      yield* Deferred.succeed(late, undefined)
      yield* Deferred.await(over)
      assert.strictEqual(count.done, 0)
    })
  )

  it.live("what was done stays done, whatever the lock says afterwards", () =>
    Effect.gen(function* () {
      const { count, work } = counted()
      const withLock: Lock["withLock"] = async (_, run) => {
        await run()
        throw new Error("the connection broke")
      }
      assert.deepStrictEqual(yield* under({ withLock }, work), Exit.succeed(1))
      assert.strictEqual(count.done, 1)
    })
  )

  it.live("a failure of the work passes through, and the lock sees none of it", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const withLock: Lock["withLock"] = async (_, run) => {
        const result = await run()
        seen.push(result)
        return result
      }
      assert.deepStrictEqual(yield* under({ withLock }, Effect.fail("planted")), Exit.fail("planted"))
      assert.deepStrictEqual(yield* under({ withLock }, Effect.succeed("planted")), Exit.succeed("planted"))
      assert.deepStrictEqual(seen, [undefined, undefined])
    })
  )
})
