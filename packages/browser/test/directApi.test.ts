import { assert, describe, it } from "@effect/vitest"
import * as BrowserHttp from "@le-auth/browser/BrowserHttp"
import * as DirectApi from "@le-auth/browser/DirectApi"
import { directApi, signOut } from "@le-auth/browser/plain"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import { afterEach, vi } from "vitest"
import { type FakePage, json, open, view } from "./FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

const origin = "https://va-a.msg.liveperson.net"

/** A backend that gives tokens, each another one, and an API that takes those that pass. */
const mediating = (takes: (token: string | null) => boolean = () => true, expiresIn = 3_600_000): FakePage => {
  const page = open("https://app.example/")
  let tokens = 0
  page.answer = ({ header, init, url }) => {
    if (url.startsWith(origin)) return json({ hello: 1 }, takes(header("authorization")) ? 200 : 401)
    if (url.endsWith("/session/refresh")) return json(view)
    if (url.endsWith("/sign-out")) return new Response(null, { status: 204 })
    assert.strictEqual(`${init.method} ${url}`, "POST https://app.example/session/token/msg")
    return json({ accessToken: `token-${++tokens}`, expiresIn, origin })
  }
  return page
}

const journal = (page: FakePage) =>
  page.requests.map(({ header, url }) => `${new URL(url).pathname} ${header("authorization") ?? "-"}`)

describe("directApi", () => {
  it("G1: calls the host of the service with the token, which it asks for once and holds in memory", async () => {
    const page = mediating()
    const call = directApi()
    for (const path of ["/a?b=1", "/b"] as const) assert.strictEqual((await call("msg", path))._tag, "Answered")
    assert.deepStrictEqual(journal(page), ["/session/token/msg -", "/a Bearer token-1", "/b Bearer token-1"])
    const { init, url } = page.requests[1]!
    assert.strictEqual(url, `${origin}/a?b=1`)
    assert.deepStrictEqual([init.credentials, init.redirect, init.cache], ["omit", "error", "no-store"])
  })

  it("G3: after a 401 the token is renewed and the call repeated, once", async () => {
    const page = mediating((token) => token === "Bearer token-2")
    const call = directApi()
    const renewed = await call("msg", "/a")
    assert.isTrue(renewed._tag === "Answered" && renewed.response.status === 200)
    assert.deepStrictEqual(journal(page), [
      "/session/token/msg -",
      "/a Bearer token-1",
      "/session/refresh -",
      "/session/token/msg -",
      "/a Bearer token-2"
    ])
    const stubborn = mediating(() => false)
    const refusedTwice = await directApi()("msg", "/a")
    assert.isTrue(refusedTwice._tag === "Answered" && refusedTwice.response.status === 401)
    assert.strictEqual(stubborn.requests.filter(({ url }) => url.startsWith(origin)).length, 2)
  })

  it("asks for another one before it ends, and after a sign-out", async () => {
    const short = mediating(undefined, 1000)
    const call = directApi()
    await call("msg", "/a")
    await call("msg", "/a")
    assert.include(journal(short).join(), "token-2")

    const page = mediating()
    const another = directApi()
    await another("msg", "/a")
    await signOut()
    await vi.waitFor(async () => {
      await another("msg", "/a")
      assert.include(journal(page).join(), "token-2")
    })
  })

  it("G2: a path to another host gets no token, and a backend that gives none is heard", async () => {
    const page = mediating()
    const call = directApi()
    for (const path of ["//evil.example/", "/\\evil.example/"] as const) {
      const result = await call("msg", path)
      assert.isTrue(result._tag === "Unavailable" && result.reason === "Refused", path)
    }
    assert.deepStrictEqual(journal(page), ["/session/token/msg -"])
    page.answer = () => json({ error: "NotAllowed", message: "See PageToken." }, 403)
    const refused = await call("other", "/a")
    assert.isTrue(refused._tag === "Unavailable" && refused.message === "See PageToken.")
    page.answer = () => json({ error: "NotSignedIn" }, 401)
    assert.strictEqual((await call("other", "/a"))._tag, "SignedOut")
  })

  it("H5: a secret does not compile", () => {
    open("https://app.example/")
    // @ts-expect-error a page has no refresh token
    directApi({ refreshToken: "t" })
    // @ts-expect-error nor a secret with Effect
    DirectApi.authorized({ service: "msg", clientSecret: "s" })
  })
})

describe("DirectApi.authorized", () => {
  it.effect("G1, G3: is an HttpClient with the token, renewed once after a 401", () => {
    const page = mediating((token) => token === "Bearer token-2")
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
})
