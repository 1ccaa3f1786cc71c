import { assert, describe, it } from "@effect/vitest"
import { AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import { ClientId } from "@le-auth/core/Identifiers"
import * as Seal from "@le-auth/core/Seal"
import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"
import { account, otherAccount } from "./ScriptedSentinel.ts"

const secret = (name: string) => Redacted.make(`${name}-${"x".repeat(32)}`)
const keys = (...names: ReadonlyArray<string>) => Seal.layer(names.map(secret)).pipe(Layer.provide(Seal.layerWebCrypto))

const key = new AppTokenKey({ accountId: account, clientId: ClientId.make("client") })
const token = new AppToken({
  key,
  accessToken: Redacted.make("planted-app"),
  obtainedAt: 1,
  renewAt: 2,
  expiresAt: 3_600_000
})

/** The store behind, seen and changed by the test. */
const behind = () => {
  const records = new Map<string, AppToken>()
  const layer = Layer.succeed(AppTokenStore, {
    get: (key) => Effect.sync(() => Option.fromUndefinedOr(records.get(key.toString()))),
    set: (token) => Effect.sync(() => void records.set(token.key.toString(), token)),
    remove: (key) => Effect.sync(() => void records.delete(key.toString()))
  })
  return { records, layer }
}
const sealed = (store: ReturnType<typeof behind>, ...names: ReadonlyArray<string>) =>
  Effect.provide(SealedAppTokenStore.layer.pipe(Layer.provide(store.layer), Layer.provide(keys(...names))))
const set = (token: AppToken) => AppTokenStore.use((store) => store.set(token))
const get = (key: AppTokenKey) => AppTokenStore.use((store) => store.get(key))

describe("SealedAppTokenStore", () => {
  it.effect("H4: the store behind it sees no token; it comes back whole", () =>
    Effect.gen(function* () {
      const store = behind()
      yield* set(token).pipe(sealed(store, "a"))
      const kept = store.records.get(key.toString())!
      assert.notInclude(Redacted.value(kept.accessToken), "planted")
      assert.notInclude(inspect(kept, { depth: null }), "planted")
      assert.strictEqual(kept.expiresAt, token.expiresAt)
      assert.deepStrictEqual(yield* get(key).pipe(sealed(store, "a")), Option.some(token))
    })
  )

  it.effect("H4: the times inside of the seal count, not those outside", () =>
    Effect.gen(function* () {
      const store = behind()
      yield* set(token).pipe(sealed(store, "a"))
      const kept = store.records.get(key.toString())!
      store.records.set(key.toString(), new AppToken({ ...kept, renewAt: 9e15, expiresAt: 9e15 }))
      assert.deepStrictEqual(yield* get(key).pipe(sealed(store, "a")), Option.some(token))
      yield* TestClock.adjust("1 hour")
      assert.isTrue(Option.isNone(yield* get(key).pipe(sealed(store, "a"))))
    })
  )

  it.effect(
    "H7, H8: a record that was moved, changed or sealed otherwise is none, with a warning that has no token",
    () => {
      const messages: Array<string> = []
      const logger = Logger.make(
        ({ fiber, logLevel, message }) => void messages.push(inspect([logLevel, message, fiber.context], { depth: 6 }))
      )
      return Effect.gen(function* () {
        const store = behind()
        yield* set(token).pipe(sealed(store, "a"))
        const kept = store.records.get(key.toString())!
        for (const other of [
          new AppTokenKey({ ...key, accountId: otherAccount }),
          new AppTokenKey({ ...key, clientId: ClientId.make("other") })
        ]) {
          store.records.set(other.toString(), new AppToken({ ...kept, key: other }))
          assert.isTrue(Option.isNone(yield* get(other).pipe(sealed(store, "a"))))
        }
        assert.isTrue(Option.isNone(yield* get(key).pipe(sealed(store, "lost"))))
        // What an older version would have sealed, and what a store without a seal keeps.
        const old = yield* Seal.seal(`{"version":0}`, `app token of ${key.toString()}`).pipe(Effect.provide(keys("a")))
        for (const bad of [Redacted.value(kept.accessToken).slice(0, -1), old, "planted-plain-token"]) {
          store.records.set(key.toString(), new AppToken({ ...kept, accessToken: Redacted.make(bad) }))
          assert.isTrue(Option.isNone(yield* get(key).pipe(sealed(store, "a"))))
        }
        assert.lengthOf(messages, 6)
        for (const message of messages) {
          assert.include(message, "Warn")
          assert.include(message, "A stored app token does not open with the seal keys, so it counts as none")
          assert.notInclude(message, "planted")
        }
      }).pipe(Effect.provide(Logger.layer([logger])))
    }
  )

  it.effect("keys rotate: the old key opens, the next save moves the token to the new one", () =>
    Effect.gen(function* () {
      const store = behind()
      yield* set(token).pipe(sealed(store, "old"))
      const found = Option.getOrThrow(yield* get(key).pipe(sealed(store, "new", "old")))
      // A plain object of the same shape will do, as in any store.
      yield* set({ ...found }).pipe(sealed(store, "new", "old"))
      assert.isTrue(Option.isSome(yield* get(key).pipe(sealed(store, "new"))))
    })
  )
})
