import { assert, describe, it } from "@effect/vitest"
import * as BrowserApi from "@le-auth/browser/BrowserApi"
import * as BrowserHttp from "@le-auth/browser/BrowserHttp"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { afterEach, vi } from "vitest"
import { answered, foreign, open, problem } from "../../page/test/FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

describe("BrowserApi.authorized", () => {
  const client = Effect.map(HttpClient.HttpClient, BrowserApi.authorized({ service: "msgHist", paths: { api: "/lp" } }))
  // effect remembers the first fetch that it finds, and each page of these tests has its own.
  const live = <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient>) =>
    Effect.suspend(() =>
      effect.pipe(Effect.provide(BrowserHttp.layer), Effect.provideService(FetchHttpClient.Fetch, globalThis.fetch))
    )

  it.effect("G1, G7: is an HttpClient whose requests go through the backend", () => {
    const page = open("https://app.example/")
    page.answer = () => answered({ hello: 1 })
    return Effect.gen(function* () {
      const response = yield* (yield* client).execute(
        HttpClientRequest.post("/search?limit=5", { urlParams: { offset: 1 } }).pipe(
          HttpClientRequest.bearerToken("planted"),
          HttpClientRequest.bodyJsonUnsafe({ from: 1 })
        )
      )
      assert.deepStrictEqual(yield* response.json, { hello: 1 })
      const [{ header, init, url }] = page.requests as [(typeof page.requests)[0]]
      assert.strictEqual(url, "https://app.example/lp/msgHist/search?limit=5&offset=1")
      assert.deepStrictEqual(
        [init.method, header("x-le-auth"), header("authorization"), header("content-type")],
        ["POST", "1", null, "application/json"]
      )
    }).pipe(live)
  })

  for (const [what, answer] of foreign) {
    it.effect(`G8: ${what} is not LivePerson's answer`, () => {
      const page = open("https://app.example/")
      page.answer = answer
      return Effect.gen(function* () {
        const error = yield* Effect.flip((yield* client).get("/x"))
        assert.isTrue(error._tag === "BackendUnavailable" && error.reason === "BadAnswer")
        assert.include(error.message, "the option api of createLeAuth")
      }).pipe(live)
    })
  }

  it.effect("fails with what the backend says, and with an address that leads elsewhere", () => {
    const page = open("https://app.example/")
    return Effect.gen(function* () {
      const api = yield* client
      page.answer = () => problem("SessionEnded", 401)
      const ended = yield* Effect.flip(api.get("/x"))
      assert.isTrue(ended._tag === "PageNotSignedIn" && ended.reason === "Ended")
      page.answer = () => problem("NotAllowed", 403)
      const refused = yield* Effect.flip(api.get("/x"))
      assert.isTrue(refused._tag === "BackendUnavailable" && refused.message === "Because of NotAllowed")
      const sent = page.requests.length
      assert.strictEqual((yield* Effect.flip(api.get("/../../session")))._tag, "HttpClientError")
      assert.strictEqual(page.requests.length, sent)
    }).pipe(live)
  })

  it("H5: a secret does not compile", () => {
    open("https://app.example/")
    // @ts-expect-error a page has no refresh token
    const authorized = BrowserApi.authorized({ service: "a", refreshToken: "t" })
    assert.isFunction(authorized)
  })
})
