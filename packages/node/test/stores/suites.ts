/** What is demanded of the stores of core on every engine. */
import { assert, describe, it } from "@effect/vitest"
import type { AppTokenKey } from "@le-auth/core/AppToken"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import type { SessionKey } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as AppTokenStoreSuite from "@le-auth/testing/AppTokenStoreSuite"
import * as RefreshLockSuite from "@le-auth/testing/RefreshLockSuite"
import * as SessionStoreSuite from "@le-auth/testing/SessionStoreSuite"
import * as TransactionStoreSuite from "@le-auth/testing/TransactionStoreSuite"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { appToken, session } from "../Samples.ts"
import { runScript } from "../SqliteFile.ts"
import { cable } from "./Cable.ts"
import { crashes } from "./crashes.ts"
import { sealed, stores } from "./Engines.ts"
import { record } from "./storeFlow.ts"
import { keptItsPromises } from "./storePromises.ts"

export interface Engine {
  readonly name: string
  /** Known when the tests run. */
  readonly url: () => string
  /** Whether it ends records by a clock of its own. */
  readonly hasClock: boolean
  /** Damages the record of a session. */
  readonly corrupt: (key: SessionKey) => Effect.Effect<void, unknown>
  /** Damages the record of an app token. */
  readonly corruptToken: (key: AppTokenKey) => Effect.Effect<void, unknown>
  /**
   * Makes the record of a session what a version without generations would have kept, given how that had it as JSON.
   */
  readonly legacy: (key: SessionKey, before: (json: string) => string) => Effect.Effect<void, unknown>
  /** Takes so much time off all that ends. */
  readonly elapse: (duration: Duration.Duration) => Effect.Effect<void, unknown>
  /** All that it holds, as text. */
  readonly dump: Effect.Effect<string, unknown>
}

/** The record of a session as a version without generations had it. */
const beforeGenerations = (json: string): string => {
  const { generation: _, renewedAt: __, sentinel: ___, ...before } = JSON.parse(json) as Record<string, unknown>
  return JSON.stringify(before)
}

export const provesStores = (engine: Engine): void => {
  const lockTimeout = "6 seconds"
  const layer = Layer.unwrap(Effect.sync(() => stores(engine.url(), { timeout: lockTimeout })))
  const sealedStore = Layer.provide(sealed("key"), layer)
  // A limit for what hangs: a loaded machine may take long.
  const both = {
    second: layer,
    live: engine.hasClock,
    runs: 20,
    timeout: "100 seconds",
    elapse: engine.elapse
  } as const
  TransactionStoreSuite.suite(engine.name, layer, both)
  const legacy = (key: SessionKey) => engine.legacy(key, beforeGenerations)
  SessionStoreSuite.suite(engine.name, layer, { ...both, corrupt: engine.corrupt, legacy })
  SessionStoreSuite.suite(`${engine.name}, sealed`, sealedStore, {
    ...both,
    second: sealedStore,
    corrupt: engine.corrupt
  })
  AppTokenStoreSuite.suite(engine.name, layer, { ...both, corrupt: engine.corruptToken })
  AppTokenStoreSuite.suite(`${engine.name}, sealed`, sealedStore, {
    ...both,
    second: sealedStore,
    corrupt: engine.corruptToken
  })
  RefreshLockSuite.suite(engine.name, layer, { ...both, live: true, lockTimeout })

  describe(`${engine.name}, sessions that are over`, () => {
    const short = Layer.unwrap(Effect.sync(() => stores(engine.url(), { keepFor: "1 minute" })))
    const test = engine.hasClock ? it.live : it.effect
    test("match no generation, and any", () =>
      Effect.gen(function* () {
        const store = Context.get(yield* Layer.build(short), SessionStore)
        const [first, second] = [session("over", undefined, "first"), session("over", undefined, "second")]
        for (const next of ["set", "remove", "any"] as const) {
          yield* store.set(first, "any")
          yield* engine.elapse(Duration.seconds(61))
          assert.isTrue(Option.isNone(yield* store.get(first.key)))
          if (next === "set") assert.isFalse(yield* store.set(second, first.generation))
          if (next === "remove") assert.isFalse(yield* store.remove(first.key, first.generation))
          if (next === "any") assert.isTrue(yield* store.set(second, "any"))
        }
        assert.deepStrictEqual(yield* store.get(second.key), Option.some(second))
        yield* store.remove(second.key, "any")
      }))
  })

  describe(`${engine.name}, several processes`, () => {
    it.live("B3: of three processes that take the same records, one gets each", () =>
      Effect.gen(function* () {
        const ids = Array.from({ length: 100 }, (_, index) => `several-processes-${index}`)
        yield* TransactionStore.use((store) =>
          Effect.forEach(ids, (id) => store.put(id, record, Duration.minutes(10)))
        ).pipe(Effect.provide(layer))
        const takers = yield* Effect.all(
          Array.from({ length: 3 }, () => runScript("stores/storeProcess.ts", ["take", engine.url(), ids.join(",")])),
          { concurrency: "unbounded" }
        )
        yield* Effect.forEach(takers, ({ wrote }) => wrote("ready"))
        yield* Effect.forEach(takers, ({ say }) => say("go"))
        const taken = yield* Effect.forEach(takers, ({ ended }) =>
          Effect.map(ended, ({ output }) => JSON.parse(output.trim().split("\n").at(-1)!) as Array<string>)
        )
        assert.deepStrictEqual(taken.flat().toSorted(), ids.toSorted())
      })
    )

    it.live("F4: the lock of a process that was killed is free when its lease is over, and not before", () =>
      Effect.gen(function* () {
        const name = "killed holder"
        const holder = yield* runScript("stores/storeProcess.ts", ["hold", engine.url(), name])
        yield* holder.wrote("holding")
        // Longer than the lease: a living holder keeps its lock.
        yield* Effect.sleep("2400 millis")
        const lock = Context.get(yield* Layer.build(layer), RefreshLock)
        let entered = false
        const enter = Effect.sync(() => (entered = true))
        assert.isTrue(Option.isNone(yield* Effect.timeoutOption(lock.withLock(name, enter), "200 millis")))
        yield* holder.kill
        yield* lock.withLock(name, enter)
        assert.isTrue(entered)
      })
    )
  })

  describe(`${engine.name}, processes that are killed`, () => {
    it.live(
      "B3, H1: after kill -9 at random moments of 1,000 sign-ins no record is given twice, no session is lost, and none is readable without its key",
      () =>
        Effect.gen(function* () {
          yield* crashes({ script: "stores/storeProcess.ts", url: engine.url(), flows: 1000 }, (flows) =>
            keptItsPromises(engine.url(), flows)
          )
          const dump = yield* engine.dump
          assert.include(dump, "seed-", "the sessions themselves are in the dump")
          assert.notInclude(dump, "planted-token-of")
        }),
      300_000
    )
  })

  describe(`${engine.name}, what it holds`, () => {
    it.live("H1: no sealed token is in a dump, be it of a session or of an application", () =>
      Effect.gen(function* () {
        const planted = session("planted", undefined, "planted-access-token")
        yield* Effect.gen(function* () {
          yield* SessionStore.use((store) => store.set(planted, "any"))
          const token = yield* appToken("planted-client", "planted-app-token")
          yield* AppTokenStore.use((store) => store.set(token))
        }).pipe(Effect.provide(sealedStore))
        const dump = yield* engine.dump
        assert.include(dump, "planted", "the session itself is in the dump")
        assert.include(dump, "planted-client", "the token itself is in the dump")
        assert.notInclude(dump, "planted-access-token")
        assert.notInclude(dump, "planted-refresh-token")
        assert.notInclude(dump, "planted-app-token")
      })
    )
  })
}

/** For engines that are servers. */
export const provesRecovery = (engine: Engine): void => {
  describe(`${engine.name}, when its server is not there`, () => {
    it.live("G6: a cut connection is a StoreError within seconds, and service goes on by itself", () =>
      Effect.gen(function* () {
        const { cut, mend, url } = yield* cable(engine.url())
        const context = yield* Layer.build(stores(url))
        const [transactions, sessions, tokens, lock] = [
          Context.get(context, TransactionStore),
          Context.get(context, SessionStore),
          Context.get(context, AppTokenStore),
          Context.get(context, RefreshLock)
        ]
        const one = session(`cut off from ${engine.name}`)
        const token = yield* appToken(`cut off from ${engine.name}`)
        yield* sessions.set(one, "any")
        yield* tokens.set(token)
        yield* cut
        const errors = yield* Effect.all(
          [
            Effect.flip(sessions.get(one.key)),
            Effect.flip(transactions.take("nothing")),
            Effect.flip(tokens.get(token.key)),
            Effect.flip(lock.withLock("nothing", Effect.void))
          ],
          { concurrency: "unbounded" }
        ).pipe(Effect.timeout("60 seconds"))
        for (const error of errors) {
          assert.strictEqual(error._tag, "StoreError")
          assert.notInclude(JSON.stringify(error), "planted")
        }
        yield* mend
        const again = Effect.retry(sessions.get(one.key), Schedule.spaced("250 millis"))
        assert.isTrue(Option.isSome(yield* again))
        assert.isTrue(Option.isSome(yield* tokens.get(token.key)))
        assert.strictEqual(yield* lock.withLock("nothing", Effect.succeed("entered")), "entered")
      })
    )
  })
}
