import { assert, describe, it } from "@effect/vitest"
import { allowCookies, cookies } from "@le-auth/page"
import { afterEach, vi } from "vitest"
import { json, open, view } from "./FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

/** What the browser says to a frame. */
const browserSays = (hasAccess: boolean) =>
  vi.stubGlobal("document", {
    hasStorageAccess: () => Promise.resolve(hasAccess),
    requestStorageAccess: () =>
      hasAccess ? Promise.resolve() : Promise.reject(new DOMException("", "NotAllowedError"))
  })

describe("cookies", () => {
  it("B9: in a page of its own, asks neither user nor backend", async () => {
    const page = open("https://app.example/")
    assert.deepStrictEqual(await cookies(), { _tag: "CookiesArrive" })
    assert.deepStrictEqual(page.requests, [])
  })

  for (const [arrived, session, hasAccess, expected] of [
    [["shared", "partitioned"], "shared", true, undefined],
    [["shared", "partitioned"], "shared", false, "Partitioned"],
    [["partitioned"], "shared", false, "Partitioned"],
    [["partitioned"], "partitioned", false, undefined],
    [[], "partitioned", false, "Blocked"],
    [[], "shared", false, "Blocked"]
  ] as const) {
    it(`B9: in a frame that ${arrived.join(" and ") || "nothing"} arrives from, for ${session} ones: ${expected ?? "all is well"}`, async () => {
      const page = open("https://app.example/", "foreign")
      browserSays(hasAccess)
      page.answer = () => json({ arrived: page.requests.length === 1 ? [] : arrived, session })
      const found = await cookies({ paths: { session: "/app/session" } })
      assert.strictEqual(found._tag === "CookiesKeptBack" ? found.reason : undefined, expected)
      assert.strictEqual(found._tag, expected === undefined ? "CookiesArrive" : "CookiesKeptBack")
      assert.deepStrictEqual(
        page.requests.map(({ header, init, url }) => [init.method, url, header("x-le-auth")]),
        Array.from({ length: 2 }, () => ["POST", "https://app.example/app/session/cookies", "1"])
      )
    })
  }

  it("says what the backend says, and when it says nothing of use", async () => {
    const page = open("https://app.example/", "foreign")
    page.answer = () => json({ error: "NotEmbedded", message: "See frameAncestors." }, 409)
    const refused = await cookies()
    assert.isTrue(refused._tag === "Unavailable" && refused.message === "See frameAncestors.")
    page.answer = () => json({})
    const bad = await cookies()
    assert.isTrue(bad._tag === "Unavailable" && bad.reason === "BadAnswer")
  })
})

describe("allowCookies", () => {
  it("B9: gives the session, or why there is none", async () => {
    const page = open("https://app.example/", "foreign")
    browserSays(true)
    page.answer = () => json(view)
    assert.deepStrictEqual(await allowCookies(), { _tag: "SignedIn", session: view } as never)
    page.answer = ({ url }) =>
      json(url.endsWith("/cookies") ? { arrived: ["shared"], session: "shared" } : { signedIn: false })
    assert.strictEqual((await allowCookies())._tag, "SignedOut")
    browserSays(false)
    assert.strictEqual((await allowCookies())._tag, "CookiesKeptBack")
  })
})
