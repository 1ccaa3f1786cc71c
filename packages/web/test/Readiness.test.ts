/** Ready is that people can sign in, as far as it depends on us. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import { StoreError } from "@le-auth/core/StoreError"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as Readiness from "@le-auth/web/Readiness"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"

type Fault = "put" | "take" | "create" | "find" | "remove" | "lock"

/** Stores in memory, of which some operations fail, never answer or lose what they are given. */
const make = Effect.gen(function* () {
  const context = yield* Layer.build(
    Layer.mergeAll(TransactionStore.layerMemory, RefreshLock.layerMemory, BrowserSessions.layer).pipe(
      Layer.provide(Layer.merge(Persistence.layerMemory, NodeCrypto.layer))
    )
  )
  const [transactions, browsers, lock] = [
    Context.get(context, TransactionStore.TransactionStore),
    Context.get(context, BrowserSessions.BrowserSessions),
    Context.get(context, RefreshLock.RefreshLock)
  ]
  const state = { fault: undefined as Fault | undefined, how: "fail" as "fail" | "hang" | "lose", probes: 0 }
  const kept = new Set<string>()
  const at = <A, E, R>(name: Fault, effect: Effect.Effect<A, E, R>, nothing?: Effect.Effect<A, E>) =>
    Effect.suspend((): Effect.Effect<A, E | StoreError, R> => {
      if (name === "put") state.probes++
      if (state.fault !== name) return effect
      if (state.how === "lose" && nothing !== undefined) return nothing
      return state.how === "hang"
        ? Effect.never
        : Effect.fail(new StoreError({ store: "shelf", operation: name, problem: `no ${name}` }))
    })
  const check = yield* Readiness.make.pipe(
    Effect.provideService(TransactionStore.TransactionStore, {
      put: (id, record, time) => at("put", transactions.put(id, record, time)),
      take: (id) => at("take", transactions.take(id), Effect.succeedNone)
    }),
    Effect.provideService(BrowserSessions.BrowserSessions, {
      ...browsers,
      create: (key) =>
        at(
          "create",
          Effect.tap(browsers.create(key), () => Effect.sync(() => kept.add(key.subject)))
        ),
      find: (id) => at("find", browsers.find(id), Effect.succeedNone),
      remove: (id) =>
        at(
          "remove",
          Effect.flatMap(browsers.find(id), (key) => {
            if (Option.isSome(key)) kept.delete(key.value.subject)
            return browsers.remove(id)
          })
        )
    }),
    Effect.provideService(RefreshLock.RefreshLock, {
      withLock: (key, effect) => at("lock", lock.withLock(key, effect))
    })
  )
  return { check, state, kept }
})

describe("readiness", () => {
  for (const fault of ["put", "take", "create", "find", "remove", "lock"] as const) {
    it.effect(
      `R92: is red with the store's words where ${fault} fails, green again by itself, and leaves nothing`,
      () =>
        Effect.gen(function* () {
          const { check, kept, state } = yield* make
          yield* check
          state.fault = fault
          yield* TestClock.adjust("5 seconds")
          const error = yield* Effect.flip(check)
          assert.include(error.message, `no ${fault}`)
          state.fault = undefined
          yield* TestClock.adjust("1 second")
          yield* check
          assert.strictEqual(kept.size, 0)
        })
    )

    it.effect(`R92: is red within 7 seconds where ${fault} never answers`, () =>
      Effect.gen(function* () {
        const { check, state } = yield* make
        yield* check
        state.fault = fault
        state.how = "hang"
        yield* TestClock.adjust("5 seconds")
        const waiting = yield* Effect.forkChild(Effect.flip(check))
        yield* TestClock.adjust("2 seconds")
        assert.include((yield* Fiber.join(waiting)).message, "no answer within 2s")
      })
    )
  }

  for (const fault of ["take", "find"] as const) {
    it.effect(`R92: is red where what was written is not there: ${fault}`, () =>
      Effect.gen(function* () {
        const { check, state } = yield* make
        state.fault = fault
        state.how = "lose"
        assert.include((yield* Effect.flip(check)).message, "what was just written was not there")
      })
    )
  }

  it.effect(
    "R92: asks the stores every 5 seconds at most, once a second while red, and once for all who ask at once",
    () =>
      Effect.gen(function* () {
        const { check, state } = yield* make
        const tenSeconds = Effect.gen(function* () {
          state.probes = 0
          for (let n = 0; n < 100; n++) {
            yield* Effect.all([Effect.exit(check), Effect.exit(check)], { concurrency: "unbounded" })
            yield* TestClock.adjust("100 millis")
          }
          return state.probes
        })
        assert.strictEqual(yield* tenSeconds, 2)
        state.fault = "lock"
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* tenSeconds, 10)
      })
  )
})
