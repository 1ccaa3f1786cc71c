import { assert, describe, it } from "@effect/vitest"
import * as BrowserApi from "@le-auth/browser/BrowserApi"
import * as BrowserHttp from "@le-auth/browser/BrowserHttp"
import { callApi } from "@le-auth/browser/plain"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { afterEach, vi } from "vitest"
import { answered, json, open } from "./FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

const problem = (error: string, status: number) =>
  Response.json({ error, message: `Because of ${error}` }, { status, headers: { "x-le-auth": "problem" } })

/** What comes without the mark of `ApiProxy`. */
const foreign = [
  ["the 404 of a backend without ApiProxy", () => json({ error: "not found" }, 404)],
  ["the 502 of a proxy in front", () => new Response("<h1>Bad Gateway</h1>", { status: 502 })],
  ["the page of a server for single-page applications", () => new Response("<!doctype html>", { status: 200 })],
  ["an answer with another mark", () => new Response("{}", { headers: { "x-le-auth": "1" } })]
] as const

describe("callApi", () => {
  it("G1, G7: goes to the page's own origin, with the header of le-auth and no token", async () => {
    const page = open("https://app.example/inbox")
    page.answer = () => answered([{ id: 1 }], 404)
    const result = await callApi("accountConfigReadOnly", "/users?v=6.0", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}"
    })
    assert.isTrue(result._tag === "Answered")
    // Whatever LivePerson says is for the caller to read.
    assert.strictEqual(result._tag === "Answered" && result.response.status, 404)
    const [{ header, init, url }] = page.requests as [(typeof page.requests)[0]]
    assert.strictEqual(url, "https://app.example/liveperson/accountConfigReadOnly/users?v=6.0")
    assert.deepStrictEqual(
      [init.method, init.body, init.mode, init.credentials, init.redirect],
      ["POST", "{}", "same-origin", "same-origin", "manual"]
    )
    assert.deepStrictEqual(
      [header("x-le-auth"), header("content-type"), header("accept"), header("authorization")],
      ["1", "application/json", "application/json", null]
    )
  })

  it("G8: a path that leads out of the API is not called", async () => {
    const page = open("https://app.example/")
    for (const [service, path] of [
      ["a", "/../../sign-out"],
      ["a", "/%2e%2e/%2E%2E/sign-out"],
      ["a", "/..\\..\\sign-out"],
      ["..", "/sign-out"],
      [".", "/sign-out"]
    ] as const) {
      const result = await callApi(service, path, { method: "POST" })
      assert.isTrue(result._tag === "Unavailable" && result.reason === "Refused", path)
    }
    assert.deepStrictEqual(page.requests, [])
    await callApi("a/../..", "/x")
    await callApi("a", "/x/%2e%2e/y")
    assert.deepStrictEqual(
      page.requests.map(({ url }) => url),
      ["https://app.example/liveperson/a%2F..%2F../x", "https://app.example/liveperson/a/y"]
    )
  })

  for (const [error, status, expected] of [
    ["NotSignedIn", 401, "SignedOut NotSignedIn"],
    ["SessionEnded", 401, "SignedOut Ended"],
    ["NotAllowed", 403, "Unavailable Refused"],
    ["Timeout", 504, "Unavailable Refused"]
  ] as const) {
    it(`what the backend says itself is a result: ${error}`, async () => {
      const page = open("https://app.example/")
      page.answer = () => problem(error, status)
      const result = await callApi("a", "/x")
      assert.strictEqual(`${result._tag} ${result._tag === "Answered" ? "" : result.reason}`, expected)
      // The same words from LivePerson are its own.
      page.answer = () => answered({ error }, status)
      assert.strictEqual((await callApi("a", "/x"))._tag, "Answered")
    })
  }

  for (const [what, answer] of foreign) {
    it(`G8: ${what} is not LivePerson's answer`, async () => {
      const page = open("https://app.example/")
      page.answer = answer
      const result = await callApi("a", "/x")
      assert.isTrue(result._tag === "Unavailable" && result.reason === "BadAnswer")
      assert.include(result._tag === "Unavailable" ? result.message : "", "The backend did not pass this call on")
      assert.strictEqual(result._tag === "Unavailable" && result.status, answer().status)
    })
  }

  it("H5: a secret does not compile", () => {
    open("https://app.example/")
    // @ts-expect-error a page has no token to send
    void callApi("a", "/x", { headers: { authorization: "Bearer t" } })
    // @ts-expect-error nor a secret
    void callApi("a", "/x", { client_secret: "s" })
    // @ts-expect-error nor with Effect
    BrowserApi.authorized({ service: "a", refreshToken: "t" })
  })
})

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
        assert.include(error.message, "The backend did not pass this call on")
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
})
