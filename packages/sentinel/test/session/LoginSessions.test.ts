import { assert, describe, it } from "@effect/vitest"
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { account, answerOf, authorizePath, otherAccount, otherClientId, signedIn } from "../Harness.ts"

describe("the session of a browser", () => {
  it.effect("is that of one account, whatever the cookie is called in which its secret comes", () =>
    Effect.gen(function* () {
      const { user } = yield* signedIn()
      user.jar.set(`sentinel-session-${otherAccount}`, user.jar.get(`sentinel-session-${account}`)!)
      const elsewhere = authorizePath({ client_id: otherClientId }, otherAccount)
      const answer = yield* user.send(elsewhere)
      assert.isFalse(answerOf(answer).has("code"))
      assert.include(answer.headers.get("location"), "/sentinel/login?request=")
      assert.isTrue(answerOf(yield* user.send(authorizePath())).has("code"))
    })
  )

  it.effect("is written once a minute, however often it is used", () =>
    Effect.gen(function* () {
      const store = yield* Effect.provide(SentinelStore, layerMemory)
      let touched = 0
      const { user } = yield* signedIn({
        store: {
          ...store,
          touchSession: (...args) => Effect.tap(store.touchSession(...args), () => Effect.sync(() => touched++))
        }
      })
      const useThreeTimes = Effect.gen(function* () {
        const before = touched
        for (let index = 0; index < 3; index++) {
          assert.isTrue(answerOf(yield* user.send(authorizePath())).has("code"))
        }
        return touched - before
      })
      assert.strictEqual(yield* useThreeTimes, 0)
      yield* TestClock.adjust("59999 millis")
      assert.strictEqual(yield* useThreeTimes, 0)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* useThreeTimes, 1)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* useThreeTimes, 1)
    })
  )
})
