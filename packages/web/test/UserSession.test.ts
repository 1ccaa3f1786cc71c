/** The session of a user for code of the server: by request, by key, over every kind of store. */
import { assert, describe, it } from "@effect/vitest"
import type { Who } from "@le-auth/web/UserSession"
import type { TokenFunctions } from "@le-auth/web/WebSignIn"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { account, json, oauthError, otherAccount } from "../../core/test/ScriptedSentinel.ts"
import * as Worker from "../examples/worker.ts"
import { type Application, type Options, scenario } from "./Application.ts"
import type { Browser } from "./Browser.ts"

const subject = "3552833710"

const cookieOf = (browser: Browser): string => [...browser.cookies].map((pair) => pair.join("=")).join("; ")
const requestOf = (browser: Browser) => ({ headers: { cookie: cookieOf(browser) } })

/** What a promise ends with: the tag of its error, or that there is none. */
const tagOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "resolved",
    (error: unknown) => {
      assert.notInclude(inspect(error, { depth: 8 }), "planted-")
      return String((error as { readonly _tag?: string })._tag ?? error)
    }
  )

const signedIn = async (web: Application): Promise<Browser> => {
  const mine = web.browser()
  await mine.signIn()
  return mine
}

const refreshes = (web: Application) =>
  web.wire.to("/token").filter(({ form }) => form.get("grant_type") === "refresh_token").length

/** A browser takes the headers of an answer. */
const take = (browser: Browser, headers: Headers) => {
  for (const cookie of headers.getSetCookie()) {
    const name = cookie.split("=")[0]!
    assert.match(cookie, /; Max-Age=0(;|$)/)
    assert.match(cookie, /; HttpOnly/)
    browser.cookies.delete(name)
  }
}

describe("who", () => {
  scenario("is any object with headers, whatever keeps them", [{}], async (web) => {
    const mine = await signedIn(web)
    const cookie = cookieOf(mine)
    const all: ReadonlyArray<Who> = [
      new Request("https://elsewhere.example/", { headers: { cookie } }),
      { headers: new Headers({ Cookie: cookie }) },
      { headers: { cookie } },
      { headers: { Cookie: cookie } },
      { headers: { COOKIE: [cookie] } },
      { headers: { cookie: ["other=1", cookie, "more=2"], host: "x", "set-cookie": ["a", "b"], nothing: undefined } },
      { headers: { get: (name: string) => (name.toLowerCase() === "cookie" ? `other=1; ${cookie}` : null) } },
      { headers: Object.assign(Object.create(null), { cookie: `${cookie}; snow=\u2603; line=\n` }) },
      // A middleware put the account on the request of Express; the browser counts.
      Object.assign({ headers: { cookie } }, { accountId: otherAccount, subject: "another" })
    ]
    for (const who of all) {
      const view = await web.session(who)
      assert(view.signedIn)
      assert.deepStrictEqual([view.accountId, view.subject], [account, subject])
      assert.match(Redacted.value(await web.accessToken(who)), /^planted-access-/)
    }
  })

  scenario("is not signed in without cookies of ours", [{}], async (web) => {
    await signedIn(web)
    const all: ReadonlyArray<Who> = [
      new Request("https://app.example/"),
      { headers: {} },
      { headers: { cookie: undefined } },
      { headers: { cookie: "" } },
      { headers: { cookie: "__Host-le-auth-session=made-up; =; ;;; %" } },
      { headers: { cookie: [] } },
      { headers: { get: "text" } },
      { headers: { get: () => null } }
    ]
    for (const who of all) {
      assert.deepStrictEqual(await web.session(who), { signedIn: false })
      assert.strictEqual(await tagOf(web.accessToken(who)), "NotSignedIn")
      assert.strictEqual(await tagOf(web.callApi(who, "msgHist", "/x")), "NotSignedIn")
    }
    assert.strictEqual(web.wire.to("/x").length, 0)
  })

  scenario("is nothing else: the error says what to hand over", [{}], async (web) => {
    await signedIn(web)
    const all: ReadonlyArray<unknown> = [
      undefined,
      null,
      "text",
      7,
      {},
      { headers: null },
      { headers: "cookie" },
      { headers: Promise.resolve(new Headers()) },
      { accountId: account },
      { accountId: account, subject: 7 },
      { accountId: "../12345678", subject },
      { accountId: "", subject }
    ]
    for (const who of all) {
      for (const promise of [web.session(who as Who), web.accessToken(who as Who), web.signOut(who as Who)]) {
        assert.strictEqual(await tagOf(promise), "InvalidArgument", inspect(who))
      }
    }
    const error = await web.session({ headers: Promise.resolve(new Headers()) } as never).catch((error) => error)
    assert.strictEqual(error.message, "The argument who cannot be used: its headers are a promise. Await them.")
  })

  scenario("a key is the newest session of its user, or that of its instance", [{}], async (web) => {
    const first = await signedIn(web)
    web.later("1 minute")
    const second = await signedIn(web)
    const token = async (who: Who) => Redacted.value(await web.accessToken(who))
    const [one, two] = [await web.session(requestOf(first)), await web.session(requestOf(second))]
    assert(one.signedIn && two.signedIn)
    assert.notStrictEqual(one.instance, two.instance)
    assert.strictEqual(await token({ accountId: account, subject }), await token(requestOf(second)))
    assert.strictEqual(await token(one), await token(requestOf(first)))
    assert.strictEqual(await token({ accountId: account, subject, instance: one.instance }), await token(one))
    assert.deepStrictEqual(await web.session(one), one)
    // The keys of core are keys.
    const keys = await web.sessions(account)
    assert.sameMembers(
      keys.map(({ instance }) => instance),
      [one.instance, two.instance]
    )
    for (const key of keys) assert.strictEqual(((await web.session(key)) as typeof one).instance, key.instance)
    // The newest ends, and the other one is it.
    await web.signOut(two)
    assert.strictEqual(await token({ accountId: account, subject }), await token(one))
  })

  scenario("B: a key finds no session of another account, user or sign-in", [{}], async (web) => {
    const mine = await signedIn(web)
    const view = await web.session(requestOf(mine))
    assert(view.signedIn)
    for (const who of [
      { accountId: otherAccount, subject },
      { accountId: otherAccount, subject, instance: view.instance },
      { accountId: account, subject: "another" },
      { accountId: account, subject: "another", instance: view.instance },
      { accountId: account, subject: "" },
      { accountId: account, subject: "\ud800" },
      { accountId: account, subject, instance: "" },
      { accountId: account, subject, instance: "made-up" },
      { accountId: account, subject, instance: "../../x" }
    ]) {
      assert.deepStrictEqual(await web.session(who), { signedIn: false })
      assert.strictEqual(await tagOf(web.accessToken(who)), "NotSignedIn")
      await web.signOut(who)
    }
    assert.deepStrictEqual(await web.sessions(otherAccount), [])
    assert.strictEqual(await tagOf(web.sessions("no account")), "InvalidArgument")
    assert.isTrue((await web.session(requestOf(mine))).signedIn)
  })
})

describe("accessToken", () => {
  scenario("D1: 100 callers cause one refresh, whether by request or by key", [{}], async (web) => {
    const mine = await signedIn(web)
    web.later("9 hours")
    const who = [requestOf(mine), { accountId: account, subject }]
    const all = await Promise.all(Array.from({ length: 100 }, (_, index) => web.accessToken(who[index % 2]!)))
    assert.strictEqual(new Set(all.map(Redacted.value)).size, 1)
    assert.strictEqual(refreshes(web), 1)
  })

  scenario("D1: 100 callers whose token was refused cause one refresh, and get another one", [{}], async (web) => {
    const who = requestOf(await signedIn(web))
    const refused = await web.accessToken(who)
    const all = await Promise.all(Array.from({ length: 100 }, () => web.accessToken(who, { unless: refused })))
    assert.strictEqual(new Set(all.map(Redacted.value)).size, 1)
    assert.notStrictEqual(Redacted.value(all[0]!), Redacted.value(refused))
    assert.strictEqual(refreshes(web), 1)
    // One that was replaced long ago needs no other.
    assert.strictEqual(Redacted.value(await web.accessToken(who, { unless: refused })), Redacted.value(all[0]!))
    assert.strictEqual(refreshes(web), 1)
    // Another one than this, and valid: it is over by now.
    web.later("9 hours")
    const after = await web.accessToken(who, { unless: refused })
    assert.notInclude([refused, all[0]!].map(Redacted.value), Redacted.value(after))
    assert.strictEqual(refreshes(web), 2)
  })

  scenario("says that the session has ended, and then that there is none", [{}], async (web) => {
    const who = requestOf(await signedIn(web))
    web.later("9 hours")
    web.wire.next("/token", oauthError("invalid_grant"))
    assert.strictEqual(await tagOf(web.accessToken(who)), "SessionEnded")
    assert.strictEqual(await tagOf(web.accessToken(who)), "NotSignedIn")
  })

  scenario("a person does not wait for repetitions", [{}], async (web) => {
    const who = requestOf(await signedIn(web))
    web.later("9 hours")
    web.wire.next("/token", json({}, 503, { "retry-after": "30" }))
    assert.strictEqual(await tagOf(web.accessToken(who)), "TokenError")
    assert.strictEqual(refreshes(web), 1)
  })

  scenario("a store that fails is said to fail", [{}], async (web) => {
    const who = requestOf(await signedIn(web))
    web.faults.fail("sessions.get", 1)
    assert.strictEqual(await tagOf(web.accessToken(who)), "StoreError")
    web.faults.fail("browsers.find", 1)
    assert.strictEqual(await tagOf(web.session(who)), "StoreError")
    assert.isTrue((await web.session(who)).signedIn)
  })
})

describe("signOut", () => {
  for (const [kind, options] of [
    ["over stores", {}],
    ["stateless", { stateless: {} }]
  ] as ReadonlyArray<readonly [string, Options]>) {
    scenario(`C: takes all cookies of the session from the browser (${kind})`, [options], async (web) => {
      const mine = await signedIn(web)
      const before = requestOf(mine)
      mine.cookies.set("other", "1")
      const headers = await web.signOut(requestOf(mine))
      assert.isAbove(headers.getSetCookie().length, 0)
      take(mine, headers)
      assert.deepStrictEqual([...mine.cookies.keys()], ["other"])
      assert.strictEqual(web.wire.to("/token/revoke").length, 0)
      // A copy of the cookies is worth nothing in this process.
      assert.deepStrictEqual(await web.session(before), { signedIn: false })
      // It can be done again.
      assert.isAbove((await web.signOut(before)).getSetCookie().length, 0)
      assert.isAbove((await web.signOut({ headers: {} })).getSetCookie().length, 0)
    })

    scenario(`C: everywhere revokes the refresh token (${kind})`, [options], async (web) => {
      const mine = await signedIn(web)
      take(mine, await web.signOut(requestOf(mine), { everywhere: true }))
      assert.strictEqual(mine.cookies.size, 0)
      assert.match(web.wire.to("/token/revoke")[0]!.form.get("token")!, /^planted-refresh-/)
    })

    scenario(`C: a revocation that fails is told, and the session is gone here (${kind})`, [options], async (web) => {
      const mine = await signedIn(web)
      web.wire.next("/token/revoke", json({}, 500))
      assert.strictEqual(await tagOf(web.signOut(requestOf(mine), { everywhere: true })), "TokenError")
      assert.strictEqual(web.wire.to("/token/revoke").length, 1)
      assert.deepStrictEqual(await web.session(requestOf(mine)), { signedIn: false })
      take(mine, await web.signOut(requestOf(mine)))
      assert.strictEqual(mine.cookies.size, 0)
    })
  }

  scenario("C: leaves the user's other browsers alone, and a key has no cookies", [{}], async (web) => {
    const [first, second] = [await signedIn(web), await signedIn(web)]
    const view = await web.session(requestOf(first))
    assert(view.signedIn)
    assert.deepStrictEqual([...(await web.signOut(view))], [])
    assert.isFalse((await web.session(requestOf(first))).signedIn)
    assert.isTrue((await web.session(requestOf(second))).signedIn)
  })

  scenario("C: a store that fails is said to fail", [{}], async (web) => {
    const mine = await signedIn(web)
    for (const operation of ["sessions.remove", "browsers.remove", "browsers.find"]) {
      web.faults.fail(operation)
      assert.strictEqual(await tagOf(web.signOut(requestOf(mine))), "StoreError", operation)
      web.faults.fail(operation, 0)
    }
    take(mine, await web.signOut(requestOf(mine)))
    assert.strictEqual(mine.cookies.size, 0)
  })
})

describe("the rest", () => {
  scenario(
    "loginPath is the public path, with what the route reads",
    [{}, { web: { basePath: "/app", paths: { login: "/in" } }, redirectUri: "https://app.example/app/callback" }],
    async (web, below) => {
      assert.strictEqual(await web!.loginPath(), "/login")
      assert.strictEqual(await below!.loginPath({}), "/app/in")
      // As `URLSearchParams.get` gives it to JavaScript.
      assert.strictEqual(await below!.loginPath({ returnTo: null, accountId: null } as never), "/app/in")
      const path = await web!.loginPath({ returnTo: "/inbox?a=1&b=#top", accountId: account })
      assert.strictEqual(path, "/login?returnTo=%2Finbox%3Fa%3D1%26b%3D%23top&account=12345678")
      const mine = web!.browser()
      const started = await mine.send(path)
      assert.strictEqual(started.status, 302)
      const state = new URL(started.headers.get("location")!).searchParams.get("state")
      const back = await mine.send(`/callback?code=planted-code&state=${state}`)
      assert.strictEqual(back.headers.get("location"), "/inbox?a=1&b=#top")
      assert.strictEqual((await mine.send(await web!.loginPath({ returnTo: "//evil.example" }))).status, 400)
    }
  )

  scenario("serviceOrigin is that of the Domain API", [{}], async (web) => {
    assert.strictEqual(await web.serviceOrigin(account, "msgHist"), "https://msghist-12345678.liveperson.net")
    for (const service of ["", "a/b", "..", "\ud800", "a b", undefined]) {
      assert.strictEqual(await tagOf(web.serviceOrigin(account, service as string)), "InvalidArgument")
    }
    assert.strictEqual(await tagOf(web.serviceOrigin("x/y", "msgHist")), "InvalidArgument")
    web.wire.next("/baseURI.json", json({}, 404))
    assert.strictEqual(await tagOf(web.serviceOrigin(account, "nothing")), "DomainsError")
  })

  scenario("for sessions in cookies there is no token outside of a route", [{ stateless: {} }], async (web) => {
    const mine = await signedIn(web)
    for (const call of [
      () => web.accessToken(requestOf(mine)),
      () => web.callApi(requestOf(mine), "msgHist", "/x"),
      () => web.sessions(account),
      () => web.accessToken({ accountId: account, subject })
    ]) {
      const error: { readonly _tag: string; readonly message: string } = await call().then(
        () => assert.fail("resolved"),
        (error) => error
      )
      assert.strictEqual(error._tag, "StoreError")
      assert.include(error.message, "is in the browser, so it is there in a request only")
      assert.include(error.message, "toWebHandler(services, { routes })")
    }
    assert.strictEqual(refreshes(web), 0)
    assert.isTrue((await web.session(requestOf(mine))).signedIn)
  })

  it("for sessions in cookies the functions for tokens say so to everybody, where the types do not", async () => {
    const web = Worker.make({
      LE_AUTH_ACCOUNT_ID: account,
      LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
      LE_AUTH_CLIENT_SECRET: "planted-secret",
      LE_AUTH_REDIRECT_URI: "https://app.example/callback",
      LE_AUTH_SEAL_KEYS: "k".repeat(43)
    })
    const functions = web as typeof web & TokenFunctions
    for (const call of [
      () => functions.accessToken({ headers: {} }),
      () => functions.callApi({ headers: {} }, "msgHist", "/x"),
      () => functions.sessions(account),
      () => functions.serviceOrigin(account, "msgHist")
    ]) {
      assert.strictEqual(await tagOf(call()), "StoreError")
    }
    assert.deepStrictEqual(await web.session({ headers: {} }), { signedIn: false })
    await web.dispose()
  })
})
