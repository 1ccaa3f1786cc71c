import { assert, describe, it } from "@effect/vitest"
import * as BrowserHttp from "@le-auth/browser/BrowserHttp"
import * as DirectApi from "@le-auth/browser/DirectApi"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import { afterEach, vi } from "vitest"
import { json, open } from "../../page/test/FakePage.ts"
import { journal, mediating } from "../../page/test/Mediating.ts"

afterEach(() => void vi.unstubAllGlobals())

describe("DirectApi.authorized", () => {
  it.effect("G1, G3: is an HttpClient with the token, renewed once after a 401", () => {
    const page = mediating((token) => token === "Bearer token-2", undefined, "")
    const live = <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient>) =>
      effect.pipe(Effect.provide(BrowserHttp.layer), Effect.provideService(FetchHttpClient.Fetch, globalThis.fetch))
    return Effect.gen(function* () {
      const client = DirectApi.authorized({ service: "msg" })(yield* HttpClient.HttpClient)
      const response = yield* client.get("/a?b=1")
      assert.deepStrictEqual([response.status, yield* response.json], [200, { hello: 1 }])
      assert.include(
        journal(page).join(),
        "/a Bearer token-1,/session/refresh -,/session/token/msg -,/a Bearer token-2"
      )
      assert.strictEqual((yield* Effect.flip(client.get("//evil.example/")))._tag, "HttpClientError")
      page.answer = () => json({ error: "SessionEnded" }, 401)
      const ended = yield* Effect.flip(DirectApi.authorized({ service: "msg" })(yield* HttpClient.HttpClient).get("/a"))
      assert.isTrue(ended._tag === "PageNotSignedIn" && ended.reason === "Ended")
    }).pipe(live)
  })

  it("H5: a secret does not compile", () => {
    open("https://app.example/")
    // @ts-expect-error a page has no client secret
    const authorized = DirectApi.authorized({ service: "msg", clientSecret: "s" })
    assert.isFunction(authorized)
  })
})
