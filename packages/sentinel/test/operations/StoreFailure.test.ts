import { assert, describe, it } from "@effect/vitest"
import { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import { account, answerOf, application, authorizePath, browser, callback, start } from "../Harness.ts"

/** A Sentinel whose store fails at everything. */
const startBroken = Effect.gen(function* () {
  const { store } = yield* start()
  return yield* start({
    store: new Proxy(store, {
      get: (_, name) => () =>
        Effect.fail(new StoreError({ store: "store", operation: String(name), cause: new Error("planted-cause") }))
    })
  })
})

describe("while the store does not answer", () => {
  it.effect("R13: an authorization request is sent back with temporarily_unavailable and its state", () =>
    Effect.gen(function* () {
      const good = yield* start()
      const user = browser(good)
      yield* user.signIn()
      const other = browser(yield* startBroken)
      for (const [name, value] of user.jar) other.jar.set(name, value)
      const response = yield* other.send(authorizePath({ state: "xyz" }))
      assert.strictEqual(response.status, 302)
      assert.isTrue(response.headers.get("location")?.startsWith(callback))
      assert.strictEqual(answerOf(response).get("error"), "temporarily_unavailable")
      assert.strictEqual(answerOf(response).get("state"), "xyz")
      assert.notInclude(response.headers.get("location"), "planted")
    })
  )

  it.effect("a token request gets 503, temporarily_unavailable and Retry-After", () =>
    Effect.gen(function* () {
      const { headers, json, status } = yield* application(yield* startBroken).exchange("a-code")
      assert.strictEqual(status, 503)
      assert.strictEqual(json["error"], "temporarily_unavailable")
      assert.strictEqual(headers.get("retry-after"), "2")
      assert.notInclude(JSON.stringify(json), "planted")
    })
  )

  it.effect("the Users API answers 503, and the metadata and keys go on", () =>
    Effect.gen(function* () {
      const sentinel = yield* startBroken
      const users = yield* sentinel.fetch(`/api/account/${account}/configuration/le-users/users/1?v=6.0`, {
        headers: { authorization: "Bearer a-token" }
      })
      assert.strictEqual(users.status, 503)
      const keys = yield* sentinel.fetch("/sentinel/well-known/jwks")
      assert.strictEqual(keys.status, 200)
    })
  )
})
