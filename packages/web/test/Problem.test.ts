import { assert, describe, it } from "@effect/vitest"
import { StoreError } from "@le-auth/core/StoreError"
import { CookieTooLarge } from "@le-auth/web/CookieTooLarge"
import * as Problem from "@le-auth/web/Problem"
import * as Effect from "effect/Effect"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"

const textOf = ({ body }: HttpServerResponse): string =>
  body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : assert.fail("a page is a text")

describe("a store that fails", () => {
  it("H1: users hear that it does, in our words; operators hear the engine's", async () => {
    const error = new StoreError({ store: "planted-store", operation: "planted-put", problem: "READONLY planted" })
    assert.include(error.message, "READONLY planted")
    assert.notInclude(Problem.text(error), "planted")
    assert.include(Problem.text(error), "Try again")
    const page = await Effect.runPromise(
      Problem.page({ title: "That did not work", error, reference: "ABC123", loginPath: "/login" })
    )
    assert.strictEqual(page.status, 503)
    assert.include(textOf(page), "ABC123")
    assert.notInclude(textOf(page), "planted")
  })

  it("what trying again does not mend says what to do", () => {
    const error = new CookieTooLarge({ store: "session store", operation: "set", characters: 9000, limit: 7600 })
    assert.include(Problem.text(error), "Keep less in the application state")
  })
})
