import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import { NotSignedIn } from "@le-auth/core/SessionError"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as Html from "@le-auth/web/Html"
import * as Problem from "@le-auth/web/Problem"
import * as SignInWindow from "@le-auth/web/SignInWindow"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Persistence from "effect/persistence/Persistence"
import { createHash } from "node:crypto"
import * as Scripted from "../../core/test/ScriptedSentinel.ts"
import { shiftedClock } from "./Application.ts"
import { Browser, post } from "./Browser.ts"

const application = Effect.gen(function* () {
  const context = yield* Layer.build(Scripted.layer)
  const { clock, later } = shiftedClock(yield* Clock.Clock)
  const { dispose, handler } = HttpRouter.toWebHandler(
    WebSignIn.layer.pipe(
      Layer.provide(BrowserSessions.layer.pipe(Layer.provide(Layer.merge(Persistence.layerMemory, NodeCrypto.layer)))),
      Layer.provide(Layer.succeedContext(context)),
      Layer.provide(HttpServer.layerServices),
      Layer.provideMerge(Layer.merge(Logger.layer([]), Layer.succeed(Clock.Clock, clock)))
    ),
    { disableLogger: true }
  )
  yield* Effect.addFinalizer(() => Effect.promise(dispose))
  return { wire: Context.get(context, Scripted.Wire), later, browser: () => new Browser(handler as never) }
})

/** A test with an application of its own; the requests run outside of Effect, as a browser's do. */
const scenario = (title: string, run: (ready: Effect.Success<typeof application>) => Promise<void>) =>
  it.live(title, () => Effect.flatMap(application, (ready) => Effect.promise(() => run(ready))))

describe("a sign-in", () => {
  scenario("A11: leads to Sentinel by 302 and back to the return path by 303, signed in", async ({ browser }) => {
    const mine = browser()
    const login = await mine.send("/login?returnTo=/inbox")
    assert.strictEqual(login.status, 302)
    assert.match(
      login.headers.get("location")!,
      /^https:\/\/sentinel-12345678\.liveperson\.net\/sentinel\/api\/account\/12345678\/authorize\?/
    )
    const state = new URL(login.headers.get("location")!).searchParams.get("state")
    const back = await mine.send(`/callback?code=planted-code&state=${state}`)
    assert.strictEqual(back.status, 303)
    assert.strictEqual(back.headers.get("location"), "/inbox")
    const session = await mine.session()
    assert.deepInclude(session, {
      signedIn: true,
      accountId: "12345678",
      subject: "3552833710",
      isAdmin: true,
      verified: true
    })
    assert.notInclude(JSON.stringify(session), "planted")
  })

  scenario("B9, H6: cookies are HttpOnly, SameSite=Lax, Secure and __Host-, and hold no token", async ({ browser }) => {
    const mine = browser()
    const login = await mine.send("/login")
    const state = new URL(login.headers.get("location")!).searchParams.get("state")
    const back = await mine.send(`/callback?code=planted-code&state=${state}`)
    for (const cookie of [...login.headers.getSetCookie(), ...back.headers.getSetCookie()]) {
      for (const attribute of [
        /^__Host-le-auth-/,
        /; HttpOnly/i,
        /; SameSite=Lax/i,
        /; Secure/i,
        /; Path=\/(;|$)/i,
        /; Max-Age=\d+/i
      ]) {
        assert.match(cookie, attribute)
      }
      assert.notMatch(cookie, /Domain/i)
      assert.notInclude(cookie, "planted")
    }
    assert.strictEqual(mine.cookies.size, 1)
  })

  scenario("B2: another browser's callback signs no user in", async ({ browser, wire }) => {
    const callback = await browser().start()
    const victim = browser()
    const answer = await victim.send(callback)
    assert.strictEqual(answer.status, 400)
    assert.strictEqual((await victim.session()).signedIn, false)
    assert.strictEqual(wire.to("/token").length, 0)
  })

  scenario("B6: two tabs of one browser both sign in", async ({ browser }) => {
    const mine = browser()
    const first = await mine.start("?returnTo=/first")
    const second = await mine.start("?returnTo=/second")
    assert.strictEqual((await mine.send(second)).headers.get("location"), "/second")
    assert.strictEqual((await mine.send(first)).headers.get("location"), "/first")
  })

  scenario(
    "B12: a sign-in does not start from inside another page, and a HEAD uses nothing up",
    async ({ browser, wire }) => {
      const mine = browser()
      for (const destination of ["image", "iframe", "script", "empty"]) {
        const answer = await mine.send("/login", { headers: { "sec-fetch-dest": destination } })
        assert.strictEqual(answer.status, 403)
        assert.match(await answer.text(), /not from inside a page/)
      }
      assert.strictEqual((await mine.send("/login", { headers: { "sec-fetch-dest": "document" } })).status, 302)
      const head = await mine.send("/login", { method: "HEAD" })
      assert.deepStrictEqual([head.status, head.headers.get("allow")], [405, "GET"])
      assert.strictEqual(head.headers.get("cache-control"), "no-store")
      const callback = await mine.start()
      assert.strictEqual((await mine.send(callback, { method: "HEAD" })).status, 405)
      assert.strictEqual(wire.to("/token").length, 0)
      assert.strictEqual((await mine.send(callback)).status, 303)
    }
  )

  scenario("starts all the same behind a proxy that rewrites Host", async ({ browser }) => {
    for (const host of ["internal:8080", "127.0.0.1:3000", "127.0.0.1"]) {
      const answer = await browser().send("/login?returnTo=/inbox", { headers: { host } })
      assert.strictEqual(answer.status, 302)
      assert.match(answer.headers.get("location")!, /^https:\/\/sentinel-12345678\.liveperson\.net\//)
    }
  })

  scenario("B11: an evil return path is refused before anything starts", async ({ browser, wire }) => {
    const answer = await browser().send("/login?returnTo=//evil.example")
    assert.strictEqual(answer.status, 400)
    assert.isNull(answer.headers.get("location"))
    assert.strictEqual(wire.sent.length, 0)
  })
})

describe("a bad callback", () => {
  const cases: ReadonlyArray<readonly [string, (good: string) => string, RegExp]> = [
    ["no state", () => "/callback?code=planted-code", /no state/],
    ["an unknown state", () => "/callback?code=planted-code&state=unknown", /did not start the sign-in/],
    ["both code and error", (good) => `${good}&error=access_denied`, /both a code and an error/],
    ["a duplicate parameter", (good) => `${good}&state=x`, /more than once/],
    ["neither code nor error", (good) => good.replace("code=planted-code&", ""), /neither a code nor an error/],
    [
      "a refusal",
      (good) => good.replace("code=planted-code", "error=access_denied&error_description=<script>x</script>"),
      /access_denied/
    ]
  ]
  for (const [name, change, expected] of cases) {
    scenario(`${name}: a page says what happened and how to start again`, async ({ browser }) => {
      const mine = browser()
      const answer = await mine.send(change(await mine.start()))
      const page = await answer.text()
      assert.strictEqual(answer.status, 400)
      assert.match(page, expected)
      assert.include(page, `<a class="button primary" href="/login">Sign in again</a>`)
      assert.notInclude(page, "planted")
      assert.notInclude(page, "<script>x")
      // C9, C14
      assert.strictEqual(answer.headers.get("referrer-policy"), "no-referrer")
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
      assert.include(answer.headers.get("content-security-policy"), "frame-ancestors 'none'")
      assert.include(answer.headers.get("content-security-policy"), "default-src 'none'")
    })
  }

  scenario("a Sentinel that is down is not the user's fault: 503", async ({ browser, wire }) => {
    wire.next("/token", () => new Response("", { status: 500 }))
    assert.strictEqual((await browser().signIn()).status, 503)
  })
})

describe("a session", () => {
  scenario("G9: the identifier is new at each sign-in, and the old one is worth nothing", async ({ browser }) => {
    const mine = browser()
    mine.cookies.set("__Host-le-auth-session", "planted-by-somebody")
    await mine.signIn()
    const first = mine.cookies.get("__Host-le-auth-session")!
    assert.notStrictEqual(first, "planted-by-somebody")
    await mine.signIn()
    const thief = browser()
    thief.cookies.set("__Host-le-auth-session", first)
    assert.isFalse((await thief.session()).signedIn)
    assert.isTrue((await mine.session()).signedIn)
  })

  scenario("is refreshed on request", async ({ browser, later, wire }) => {
    const mine = browser()
    await mine.signIn()
    later("6 seconds")
    assert.strictEqual((await mine.send("/session/refresh", post())).status, 200)
    assert.strictEqual(wire.to("/token").length, 2)
    later("6 seconds")
    wire.next("/token", Scripted.oauthError("invalid_grant"))
    assert.strictEqual((await mine.send("/session/refresh", post())).status, 401)
    assert.isFalse((await mine.session()).signedIn)
  })

  scenario("G6: signing out of this application does not touch LivePerson", async ({ browser, wire }) => {
    const mine = browser()
    await mine.signIn()
    const old = new Map(mine.cookies)
    assert.strictEqual((await mine.send("/sign-out", post())).status, 204)
    assert.strictEqual(mine.cookies.size, 0)
    const thief = browser()
    for (const [name, value] of old) thief.cookies.set(name, value)
    assert.isFalse((await thief.session()).signedIn)
    assert.strictEqual(wire.to("/revoke").length, 0)
  })

  scenario("signing out everywhere revokes, and ends here even if that fails", async ({ browser, wire }) => {
    const mine = browser()
    await mine.signIn()
    wire.next("/revoke", () => new Response("", { status: 503 }))
    const answer = await mine.send("/sign-out/everywhere", post())
    assert.strictEqual(answer.status, 503)
    assert.isFalse((await mine.session()).signedIn)
    await mine.signIn()
    assert.strictEqual((await mine.send("/sign-out/everywhere", post())).status, 204)
    assert.strictEqual(wire.to("/revoke").length, 2)
  })

  scenario("without one there is nothing to refresh or to sign out of", async ({ browser, wire }) => {
    const nobody = browser()
    const view = await nobody.send("/session")
    assert.strictEqual(view.headers.get("cache-control"), "no-store")
    assert.deepStrictEqual(await view.json(), { signedIn: false })
    const refreshed = await nobody.send("/session/refresh", post())
    assert.strictEqual(refreshed.status, 401)
    assert.deepStrictEqual(await refreshed.json(), { signedIn: false })
    for (const path of ["/sign-out", "/sign-out/everywhere"]) {
      const answer = await nobody.send(path, post())
      assert.strictEqual(answer.status, 204)
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
    }
    for (const path of ["/session/refresh", "/sign-out", "/sign-out/everywhere"]) {
      const answer = await nobody.send(path, post({ "sec-fetch-site": "same-origin" }))
      assert.strictEqual(answer.status, 303)
      assert.strictEqual(answer.headers.get("location"), "/")
    }
    assert.strictEqual(wire.sent.length, 0)
  })

  scenario("G6: an identifier that was signed out stays out when the user signs in elsewhere", async ({ browser }) => {
    for (const path of ["/sign-out", "/sign-out/everywhere"]) {
      const mine = browser()
      await mine.signIn()
      const old = new Map(mine.cookies)
      assert.strictEqual((await mine.send(path, post())).status, 204)
      await browser().signIn()
      const thief = browser()
      for (const [name, value] of old) thief.cookies.set(name, value)
      assert.isFalse((await thief.session()).signedIn)
    }
  })

  scenario("says to a script as JSON, and to a person as a page, that it failed", async ({ browser, later, wire }) => {
    const mine = browser()
    await mine.signIn()
    later("6 seconds")
    const down = () => new Response("", { status: 503 })
    wire.next("/token", down, down)
    const script = await mine.send("/session/refresh", post())
    assert.strictEqual(script.status, 503)
    const { error, message } = await script.json()
    assert.strictEqual(error, "TokenError")
    assert.match(message, /LivePerson is not available at the moment/)
    const person = await mine.send("/session/refresh", post({ "sec-fetch-site": "same-origin" }))
    assert.strictEqual(person.status, 503)
    const page = await person.text()
    assert.match(page, /That did not work/)
    assert.match(page, /LivePerson is not available at the moment/)
    // The session lives, so the way on is another try.
    assert.match(page, /href="\/">Try again</)
  })

  scenario("G7: what changes something must come from the application's own pages", async ({ browser }) => {
    const mine = browser()
    await mine.signIn()
    for (const path of ["/session/refresh", "/sign-out", "/sign-out/everywhere"]) {
      for (const headers of [
        {},
        { origin: "https://evil.example" },
        { "sec-fetch-site": "cross-site", "x-le-auth": "1" },
        { "sec-fetch-site": "same-site" },
        { origin: "null", "x-le-auth": "1" }
      ] as ReadonlyArray<Record<string, string>>) {
        const answer = await mine.send(path, post(headers))
        assert.strictEqual(answer.status, 403, `${path} ${JSON.stringify(headers)}`)
        assert.isNull(answer.headers.get("access-control-allow-origin"))
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        // In the form that was asked for.
        if (headers["x-le-auth"] === "1") assert.strictEqual((await answer.json()).error, "forbidden")
        else assert.include(await answer.text(), "<p>This request did not come from a page of this application.</p>")
      }
      assert.strictEqual((await mine.send(path)).status, 404)
    }
    assert.isTrue((await mine.session()).signedIn)
    // A form of a page without script: back to the application.
    const form = await mine.send("/sign-out", post({ "sec-fetch-site": "same-origin" }))
    assert.strictEqual(form.status, 303)
    assert.strictEqual(form.headers.get("location"), "/")
  })
})

describe("the page at which a window ends", () => {
  scenario("runs exactly its own script, and no page may frame it", async ({ browser }) => {
    const mine = browser()
    const answer = await mine.send("/login/done?window=1")
    assert.strictEqual(answer.status, 200)
    const text = await answer.text()
    assert.include(text, `<script>${SignInWindow.script}</script>`)
    const scriptHash = `sha256-${createHash("sha256").update(SignInWindow.script).digest("base64")}`
    const policy = answer.headers.get("content-security-policy") ?? ""
    assert.include(policy, `default-src 'none'`)
    assert.include(policy, `script-src '${scriptHash}'`)
    assert.include(policy, "frame-ancestors 'none'")
    assert.strictEqual(answer.headers.get("cache-control"), "no-store")
  })
})

describe("Html", () => {
  it("A7, C9: a form of a page over plain http says where it comes from, and the end of a sign-in tells no address", async () => {
    const policyOf = async (page: Effect.Effect<HttpServerResponse.HttpServerResponse>) =>
      HttpServerResponse.toWeb(await Effect.runPromise(page)).headers.get("referrer-policy")
    assert.strictEqual(await policyOf(Html.page({ title: "", body: Html.html`` })), "same-origin")
    const error = new NotSignedIn()
    const failed = Effect.flatMap(Problem.report("x", error), (reference) =>
      Problem.page({ title: "", error, reference, loginPath: "/login" })
    )
    assert.strictEqual(await policyOf(failed), "no-referrer")
  })

  it("allows exactly its own style sheet", async () => {
    const page = HttpServerResponse.toWeb(await Effect.runPromise(Html.page({ title: "", body: Html.html`` })))
    const style = /<style>(.*)<\/style>/s.exec(await page.text())?.[1] ?? ""
    const policy = page.headers.get("content-security-policy") ?? ""
    assert.isAbove(style.length, 1000)
    assert.include(policy, `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`)
    assert.notInclude(policy, "script-src")
  })

  it("escapes what could become markup", () => {
    assert.strictEqual(Html.html`${`<a href="x" o='y'>&`}`.text, "&lt;a href=&quot;x&quot; o=&#39;y&#39;&gt;&amp;")
  })

  it("J4: a page escapes each text that is put into it, and takes no other body than the template's", async () => {
    const evil = `"><script>&'`
    const made = Html.page({
      title: evil,
      body: Html.html`<p title="${evil}">${evil}${Html.html`<b>${1}</b>`}${false}</p>`
    })
    const text = await HttpServerResponse.toWeb(await Effect.runPromise(made)).text()
    assert.notInclude(text, evil)
    assert.include(text, "<b>1</b></p>")
    assert.strictEqual(text.split("&quot;&gt;&lt;script&gt;&amp;&#39;").length, 5)
    // @ts-expect-error a plain text is not HTML
    const _wrong = Html.page({ title: "", body: "<p>" })
  })
})
