import { assert, describe, it } from "@effect/vitest"
import { callApi } from "@le-auth/page"
import { afterEach, vi } from "vitest"
import { answered, foreign, open, problem } from "./FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

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
    assert.strictEqual(url, "https://app.example/auth/liveperson/accountConfigReadOnly/users?v=6.0")
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
      ["https://app.example/auth/liveperson/a%2F..%2F../x", "https://app.example/auth/liveperson/a/y"]
    )
  })

  it("what no request can have is not called a problem of the network", async () => {
    const page = open("https://app.example/")
    for (const options of [{ body: "{}" }, { headers: { "a name": "x" } }]) {
      const result = await callApi("a", "/x", options)
      assert.deepInclude(result, { _tag: "Unavailable", reason: "Refused" }, JSON.stringify(options))
    }
    assert.deepStrictEqual(page.requests, [])
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
      assert.include(result._tag === "Unavailable" ? result.message : "", "the option api of createLeAuth")
      assert.strictEqual(result._tag === "Unavailable" && result.status, answer().status)
    })
  }

  it("H5: a secret does not compile", () => {
    open("https://app.example/")
    // @ts-expect-error a page has no token to send
    void callApi("a", "/x", { headers: { authorization: "Bearer t" } })
    // @ts-expect-error nor a secret
    void callApi("a", "/x", { client_secret: "s" })
  })
})
