import { assert, describe, it } from "@effect/vitest"
import * as Sessions from "@le-auth/core/Sessions"
import * as SignIn from "@le-auth/core/SignIn"
import * as TestSentinel from "@le-auth/testing/TestSentinel"
import * as TestSignIn from "@le-auth/testing/TestSignIn"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"

describe("TestSignIn", () => {
  it.effect("the ten lines of the documentation", () =>
    Effect.gen(function* () {
      const started = yield* SignIn.start({ returnTo: "/inbox" })
      const callback = yield* TestSentinel.approve(started.url)
      const { session } = yield* SignIn.complete(SignIn.callback(callback, started.binding))
      yield* TestClock.adjust("7 hours")
      yield* Sessions.accessToken(session.key)
      assert.lengthOf(yield* TestSentinel.requests("refresh"), 1)
      yield* TestClock.adjust("8 hours")
      assert.strictEqual((yield* Effect.flip(Sessions.accessToken(session.key)))._tag, "SessionEnded")
    }).pipe(Effect.provide(TestSignIn.layer))
  )
})
