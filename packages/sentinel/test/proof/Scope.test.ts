import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { isAlive, signedIn } from "../Harness.ts"

describe("scope", () => {
  it.effect.each(["admin", "", "openid profile", "\0", "a".repeat(5000)])(
    "R68: the scope %j on refresh widens nothing: LivePerson's user tokens have no scopes, and no answer claims one",
    (scope) =>
      Effect.gen(function* () {
        const { app, sentinel, tokens } = yield* signedIn()
        assert.notProperty(tokens, "scope")
        const { json, status } = yield* app.refresh(tokens["refresh_token"], { scope })
        assert.strictEqual(status, 200)
        assert.deepStrictEqual(Object.keys(json).toSorted(), [
          "access_token",
          "expires_in",
          "refresh_token",
          "token_type"
        ])
        assert.isTrue(yield* isAlive(sentinel, json["access_token"]))
      })
  )
})
