/**
 * The programs of the pages whose names begin with `from`, in docs: old and new, and what differs; and the first
 * ones of docs/server.md.
 */
import { createLeAuth } from "@le-auth/server"
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, onTestFinished } from "vitest"
import { withFiles } from "../../../../tools/shownFiles.ts"
import { Browser, type Place, place, run, start, withoutUser } from "./Program.ts"

const agent = "3552833710"
const callbacks = { passport: "/auth/callback", own: "/callback" }
const logins = { passport: "/auth/login", own: "/login" }
type Kind = keyof typeof callbacks

const running = async (kind: Kind, version: string) => {
  const at = await place(callbacks[kind])
  const program = await start(`${kind}/${version}.js`, at)
  return { at, program, browser: new Browser(at) }
}

/** A callback of one user's, which another one's browser is made to visit. */
const planted = async (at: Place, kind: Kind) => {
  const enemy = new Browser(at)
  const { url } = await enemy.signIn(logins[kind], "admin", at.application + callbacks[kind])
  return url
}

const crowd = 8
const atOnce = (browser: Browser) => Promise.all(Array.from({ length: crowd }, () => browser.visit("/api/me")))

describe.each(["passport", "own"] as const)("%s", (kind) => {
  it.each(["before", "after"])("%s: signs in and calls an API", async (version) => {
    const { browser } = await running(kind, version)
    assert.notInclude((await browser.visit("/")).text, "Hello")
    const home = await browser.signIn(logins[kind])
    assert.include(home.text, `Hello ${agent}`)
    const me = await browser.visit("/api/me")
    assert.strictEqual(me.status, 200, me.text)
    assert.strictEqual((JSON.parse(me.text) as { id: number }).id, Number(agent))
  })

  it("before: a callback of somebody else's signs a browser in", async () => {
    const { at, browser } = await running(kind, "before")
    assert.include((await browser.visit(await planted(at, kind))).text, "Hello 3552833711")
  })

  it("after: a callback of somebody else's is refused, and nothing is sent", async () => {
    const { at, browser } = await running(kind, "after")
    const page = await browser.visit(await planted(at, kind))
    assert.strictEqual(page.status, 400, page.text)
    assert.notInclude((await browser.visit("/")).text, "Hello")
    assert.strictEqual(at.count("authorization_code"), 0)
  })

  it.each([
    ["before", 500],
    ["after", 200]
  ])("%s: a callback that comes again ends with %d", async (version, status) => {
    const { at, browser } = await running(kind, version)
    const { url } = await browser.signIn(logins[kind], "agent", at.application + callbacks[kind])
    assert.include((await browser.visit(url)).text, "Hello")
    assert.strictEqual((await browser.visit(url)).status, status)
  })

  it("before: calls at once refresh one token several times", async () => {
    const { at, browser } = await running(kind, "before")
    await browser.signIn(logins[kind])
    at.endNextToken(crowd)
    await atOnce(browser)
    assert.isAbove(at.count("refresh_token"), 1)
  })

  it("after: calls at once cause one refresh, and all get their answer", async () => {
    const { at, browser } = await running(kind, "after")
    await browser.signIn(logins[kind])
    at.endNextToken(crowd)
    const answers = await atOnce(browser)
    assert.deepStrictEqual(
      answers.map(({ status }) => status),
      answers.map(() => 200)
    )
    assert.strictEqual(at.count("refresh_token"), 1)
  })
})

describe("passport", () => {
  it("before and after: the form that signs a user out is at the same address", async () => {
    for (const version of ["before", "after"]) {
      const { at, browser } = await running("passport", version)
      await browser.signIn("/auth/login")
      await browser.visit("/auth/logout", { method: "POST", headers: { "sec-fetch-site": "same-origin" } })
      assert.notInclude((await browser.visit("/")).text, "Hello")
      assert.strictEqual(at.count("/token/revoke"), 0)
    }
  })
})

describe("own", () => {
  it("before: tokens are in the log; after: none is", async () => {
    const before = await running("own", "before")
    await before.browser.signIn("/login")
    assert.match(before.program.output(), /access_token: '/)
    const after = await running("own", "after")
    await after.browser.signIn("/login")
    assert.notMatch(after.program.output(), /token/)
  })

  it("before: a link signs a user out everywhere; after: it does not", async () => {
    const before = await running("own", "before")
    await before.browser.signIn("/login")
    await before.browser.visit("/logout", { headers: { "sec-fetch-site": "cross-site" } })
    assert.strictEqual(before.at.count("/token/revoke"), 1)
    const after = await running("own", "after")
    await after.browser.signIn("/login")
    const foreign = { method: "POST", headers: { "sec-fetch-site": "cross-site", origin: "https://elsewhere.example" } }
    assert.strictEqual((await after.browser.visit("/auth/sign-out", foreign)).status, 403)
    assert.include((await after.browser.visit("/")).text, "Hello")
    await after.browser.visit("/auth/sign-out", { method: "POST", headers: { "sec-fetch-site": "same-origin" } })
    assert.notInclude((await after.browser.visit("/")).text, "Hello")
    assert.strictEqual(after.at.count("/token/revoke"), 0)
  })
})

describe("passport, side by side", () => {
  it("a user of the old version stays signed in, and one who comes anew is le-auth's", async () => {
    const at = await place("/auth/callback")
    const before = await start("passport/before.js", at)
    const old = new Browser(at)
    await old.signIn("/auth/login")
    await before.stop()

    await start("passport/beside.js", at)
    const fresh = new Browser(at)
    assert.include((await fresh.signIn("/auth/login", "admin")).text, "Hello 3552833711")
    for (const browser of [old, fresh]) {
      assert.include((await browser.visit("/")).text, "Hello")
      assert.strictEqual((await browser.visit("/api/me")).status, 200)
    }

    // The old token is not refreshed: the user signs in again, and is le-auth's from then on.
    at.endNextToken(1)
    assert.strictEqual((await old.visit("/api/me")).status, 401)
    assert.strictEqual(at.count("refresh_token"), 0)
    await old.visit("/auth/login")
    assert.strictEqual((await old.visit("/api/me")).status, 200)
  })
})

describe("a program without a user", () => {
  const users = "3552833710 agent@example.com\n3552833711 admin@example.com\n"

  it("before: a request that is signed with an OAuth 1.0 key is refused", async () => {
    const { code, output } = await run("keys/before.js", withoutUser(await place("/callback")))
    assert.strictEqual(code, 1)
    assert.match(output, /Error: 401/)
  })

  it("before: a password login gets a bearer", async () => {
    assert.deepStrictEqual(await run("password/before.js", withoutUser(await place("/callback"))), {
      code: 0,
      output: users
    })
  })

  it("K1: after: an app token opens the same API", async () => {
    const at = withoutUser(await place("/callback"))
    assert.deepStrictEqual(await run("keys/after.js", at), { code: 0, output: users })
    assert.strictEqual(at.count("client_credentials"), 1)
  })

  it("K1: after: a hundred calls at once cause one request for a token", async () => {
    const at = withoutUser(await place("/callback"))
    const auth = createLeAuth({ env: at.env, store: "memory:" })
    onTestFinished(auth.dispose)
    const path = "/api/account/{account}/configuration/le-users/users?v=6.0"
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => auth.callApiAsApp("accountConfigReadOnly", path))
    )
    for (const { status } of answers) assert.strictEqual(status, 200)
    assert.strictEqual(at.count("client_credentials"), 1)
  })
})

describe("docs/server.md", () => {
  it("its first program signs a user in and shows their record", async () => {
    const at = await place("/auth/callback")
    await start("../first/express.js", at)
    const home = await new Browser(at).signIn("/")
    assert.strictEqual(new URL(home.url).pathname, "/")
    assert.strictEqual((JSON.parse(home.text) as { loginName: string }).loginName, "agent@example.com")
  })

  it("K1: its program without a user calls an API with an app token", async () => {
    const at = withoutUser(await place("/auth/callback"))
    const { output } = await run("../first/app.js", at)
    assert.match(output, /^200 .*agent@example\.com/s)
    assert.strictEqual(at.count("client_credentials"), 1)
  })
})

describe("the pages", () => {
  it.each([
    "README",
    "packages/server/README",
    "examples/README",
    "docs/server",
    "docs/from-passport-oauth2",
    "docs/from-code-of-your-own",
    "docs/from-oauth1-keys",
    "docs/from-password-login"
  ])("%s.md shows the programs", async (name) => {
    const page = fileURLToPath(new URL(`../../../../${name}.md`, import.meta.url))
    await expect(withFiles(readFileSync(page, "utf8"))).toMatchFileSnapshot(page)
  })
})
