import { assert, describe, it } from "@effect/vitest"
import { directApi, signOut } from "@le-auth/page"
import { afterEach, vi } from "vitest"
import { json, open } from "./FakePage.ts"
import { journal, mediating, origin } from "./Mediating.ts"

afterEach(() => void vi.unstubAllGlobals())

describe("directApi", () => {
  it("G1: calls the host of the service with the token, which it asks for once and holds in memory", async () => {
    const page = mediating()
    const call = directApi()
    for (const path of ["/a?b=1", "/b"] as const) assert.strictEqual((await call("msg", path))._tag, "Answered")
    assert.deepStrictEqual(journal(page), ["/auth/session/token/msg -", "/a Bearer token-1", "/b Bearer token-1"])
    const { init, url } = page.requests[1]!
    assert.strictEqual(url, `${origin}/a?b=1`)
    assert.deepStrictEqual([init.credentials, init.redirect, init.cache], ["omit", "error", "no-store"])
  })

  it("what no request can have is not called a problem of the network", async () => {
    const page = mediating()
    for (const options of [{ body: "{}" }, { headers: { "a name": "x" } }]) {
      const result = await directApi()("msg", "/a", options)
      assert.deepInclude(result, { _tag: "Unavailable", reason: "Refused" }, JSON.stringify(options))
    }
    assert.isEmpty(page.requests.filter(({ url }) => url.startsWith(origin)))
  })

  it("G3: after a 401 the token is renewed and the call repeated, once", async () => {
    const page = mediating((token) => token === "Bearer token-2")
    const call = directApi()
    const renewed = await call("msg", "/a")
    assert.isTrue(renewed._tag === "Answered" && renewed.response.status === 200)
    assert.deepStrictEqual(journal(page), [
      "/auth/session/token/msg -",
      "/a Bearer token-1",
      "/auth/session/refresh -",
      "/auth/session/token/msg -",
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
    assert.deepStrictEqual(journal(page), ["/auth/session/token/msg -"])
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
  })
})
