import { assert, describe, it } from "@effect/vitest"
import { onReturn, resume } from "@le-auth/page"
import { afterEach, vi } from "vitest"
import { json, open, view } from "./FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

/** What is left of an address after `resume`. */
const afterResume = async (href: string) => {
  const page = open(href)
  await resume()
  return page.location.href
}

describe("resume", () => {
  it("gives the session, and leaves a clean address alone", async () => {
    const page = open("https://app.example/inbox?folder=1#top")
    page.answer = () => json(view)
    const result = await resume()
    assert.strictEqual(result._tag === "SignedIn" && result.session.subject, view.subject)
    assert.deepStrictEqual(page.journal, ["GET https://app.example/auth/session"])
  })

  it("C10: cleans the address bar before anything else, and keeps the router's state", async () => {
    const page = open("https://app.example/?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz")
    const pending = resume()
    assert.strictEqual(page.location.href, "https://app.example/")
    await pending
    assert.deepStrictEqual(page.journal, ["address https://app.example/", "GET https://app.example/auth/session"])
  })

  for (const [href, left] of [
    ["/?code=1&state=2", "/"],
    ["/a?x=1&code=1&y=a+b%20c&state=2&z", "/a?x=1&y=a+b%20c&z"],
    ["/?error=access_denied&error_description=No%20way&state=2&iss=sentinel&session_state=3&error_uri=u", "/"],
    ["/?code=1", "/"],
    ["/?c%6fde=1&st%61te=2&ok=1", "/?ok=1"],
    ["/?code=1&code=2&state=3", "/"],
    ["/?code=%E0%A4%A&x=%", "/?x=%"],
    ["/#code=1&state=2", "/"],
    ["/?a=1#code=1&state=2&b=2", "/?a=1#b=2"],
    ["/#/inbox?code=1&state=2", "/#/inbox"],
    ["/#/inbox?folder=1&code=1&state=2", "/#/inbox?folder=1"],
    ["/?code=1&state=2#section", "/#section"],
    ["/?code=1#error=2", "/"],
    ["/##error=y?code=x", "/"],
    ["/?error=y&?code=x&a=1", "/?a=1"]
  ] as const) {
    it(`C10: ${href} becomes ${left}`, async () =>
      assert.strictEqual(await afterResume(`https://app.example${href}`), `https://app.example${left}`))
  }

  for (const kept of [
    "/?state=CA&iss=me",
    "/?code=&state=2",
    "/#code",
    "/?zipcode=1",
    "/?",
    "/#/a?",
    "/#what?",
    "/?x=%"
  ]) {
    it(`leaves the page's own ${kept} alone`, async () =>
      assert.strictEqual(await afterResume(`https://app.example${kept}`), `https://app.example${kept}`))
  }

  it("says that the callback came to the wrong place, unless somebody is signed in", async () => {
    const page = open("https://app.example/?code=1&state=2")
    const nobody = await resume()
    assert.strictEqual(nobody._tag === "SignedOut" && nobody.reason, "CallbackAtPage")
    assert.include(nobody._tag === "SignedOut" && nobody.message, "redirect URI")
    page.location.href = "https://app.example/?code=1&state=2"
    page.answer = () => json(view)
    assert.strictEqual((await resume())._tag, "SignedIn")
  })

  it("C3: repeats nothing of what a callback says", async () => {
    open("https://app.example/?error=access_denied&error_description=planted&state=2")
    assert.notInclude(JSON.stringify(await resume()), "planted")
  })
})

describe("onReturn", () => {
  it("calls when the page comes back from the back/forward cache, not when it loads, until stopped", () => {
    const page = open("https://app.example/")
    let calls = 0
    const stop = onReturn(() => {
      calls += 1
    })
    page.show(false)
    assert.strictEqual(calls, 0)
    page.show(true)
    page.show(true)
    assert.strictEqual(calls, 2)
    stop()
    page.show(true)
    assert.strictEqual(calls, 2)
    assert.strictEqual(page.listeners.size, 0)
  })
})
