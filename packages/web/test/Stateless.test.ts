// @effect-diagnostics globalDate:off
import { assert, describe } from "@effect/vitest"
import { Sessions } from "@le-auth/core/Sessions"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scripted from "../../core/test/ScriptedSentinel.ts"
import { scenario } from "./Application.ts"
import { Browser, post } from "./Browser.ts"

/** A page of the application's own that needs an access token. */
const tokenRoute = HttpRouter.add(
  "GET",
  "/token",
  Effect.gen(function* () {
    const session = Option.getOrThrow(yield* WebApplication.currentSession)
    const token = yield* Sessions.use((sessions) => sessions.accessToken(session.key))
    return HttpServerResponse.text(Redacted.value(token))
  }).pipe(Effect.orDie)
)

/** An access token that has to be refreshed before its first use. */
const due = (sent: Scripted.Sent) => Scripted.json(Scripted.tokens(sent, Date.now(), { expires_in: 0 }))()

describe("a stateless application", () => {
  scenario(
    "B2, B8: three processes share nothing but the keys: one starts, one completes, one knows the session",
    [{ stateless: {} }, { stateless: {} }, { stateless: {} }],
    async (first, second, third) => {
      const mine = new Browser(first!.handler)
      const callback = await mine.start("?returnTo=/inbox")
      mine.handler = second!.handler
      const back = await mine.send(callback)
      assert.strictEqual(back.headers.get("location"), "/inbox")
      mine.handler = third!.handler
      assert.deepInclude(await mine.session(), { signedIn: true, subject: "3552833710", isAdmin: true, verified: true })
      third!.later("6 seconds")
      assert.strictEqual((await mine.send("/session/refresh", post())).status, 200)
      assert.strictEqual(third!.wire.to("/token")[0]!.form.get("grant_type"), "refresh_token")
      assert.isTrue((await mine.session()).signedIn)
    }
  )

  scenario(
    "B9, H6: every cookie is HttpOnly, SameSite=Lax, Secure, __Host-, short, and holds nothing in clear",
    [{ stateless: {} }],
    async ({ browser }) => {
      const mine = browser()
      const login = await mine.send("/login")
      const state = new URL(login.headers.get("location")!).searchParams.get("state")!
      const back = await mine.send(`/callback?code=planted-code&state=${state}`)
      const cookies = [...login.headers.getSetCookie(), ...back.headers.getSetCookie()]
      assert.isAbove(cookies.length, 4)
      for (const cookie of cookies) {
        for (const attribute of [
          /^__Host-le-auth-/,
          /; HttpOnly/,
          /; SameSite=Lax/,
          /; Secure/,
          /; Path=\/(;|$)/,
          /; Max-Age=\d+/
        ]) {
          assert.match(cookie, attribute)
        }
        assert.isBelow(cookie.length, 4096)
        assert.notMatch(cookie, /Domain|Partitioned/)
        for (const secret of ["planted", "12345678", "3552833710", state]) assert.notInclude(cookie, secret)
      }
      // What belonged to the sign-in is gone.
      const [data, session, ...others] = [...mine.cookies.keys()].toSorted()
      assert.match(data!, /^__Host-le-auth-data-0-[\w-]{6}-0$/)
      assert.deepStrictEqual([session, others], ["__Host-le-auth-session", []])
    }
  )

  scenario("H6: reading a session writes no cookie", [{ stateless: {} }], async ({ browser }) => {
    const mine = browser()
    await mine.signIn()
    const answer = await mine.send("/session")
    assert.isTrue((await answer.json()).signedIn)
    assert.deepStrictEqual(answer.headers.getSetCookie(), [])
  })

  scenario("B2: another browser's callback signs no user in", [{ stateless: {} }], async ({ browser, wire }) => {
    const mine = browser()
    const callback = await mine.start()
    const victim = browser()
    assert.strictEqual((await victim.send(callback)).status, 400)
    // Not even with a sign-in of its own.
    await victim.start()
    assert.strictEqual((await victim.send(callback)).status, 400)
    assert.isFalse((await victim.session()).signedIn)
    assert.strictEqual(wire.to("/token").length, 0)
    assert.strictEqual((await mine.send(callback)).status, 303)
  })

  scenario("B6: two tabs of one browser both sign in", [{ stateless: {} }], async ({ browser }) => {
    const mine = browser()
    const first = await mine.start("?returnTo=/first")
    const second = await mine.start("?returnTo=/second")
    assert.strictEqual((await mine.send(second)).headers.get("location"), "/second")
    assert.strictEqual((await mine.send(first)).headers.get("location"), "/first")
    assert.isTrue((await mine.session()).signedIn)
  })

  scenario(
    "F3: 20 parallel requests of one browser cause one refresh, and all browsers' cookies are the new ones",
    [{ stateless: {}, routes: tokenRoute }],
    async ({ browser, wire }) => {
      const mine = browser()
      wire.next("/token", due)
      await mine.signIn()
      const before = new Map(mine.cookies)
      const kept = (cookies: ReadonlyMap<string, string>) =>
        [...cookies].filter(([name]) => name.startsWith("__Host-le-auth-data-0-")).join()
      const answers = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const copy = browser()
          for (const [name, value] of before) copy.cookies.set(name, value)
          const token = await (await copy.send("/token")).text()
          return { token, changed: kept(copy.cookies) }
        })
      )
      assert.strictEqual(new Set(answers.map(({ token }) => token)).size, 1)
      assert.strictEqual(wire.to("/token").length, 2)
      assert.strictEqual(new Set(answers.map(({ changed }) => changed)).size, 1)
      assert.match(answers[0]!.changed, /^__Host-le-auth-data-0-[\w-]{6}-0,[^,]+$/)
      assert.notStrictEqual(answers[0]!.changed, kept(before))
    }
  )

  scenario("H7: one user's session does not open for another user", [{ stateless: {} }], async ({ browser, wire }) => {
    const mine = browser()
    await mine.signIn()
    const other = browser()
    wire.next("/token", (sent) =>
      Scripted.json(
        Scripted.tokens(sent, Date.now(), {
          id_token: Scripted.jwt({
            sub: "another",
            aud: sent.form.get("client_id"),
            iss: "sentinel",
            iat: Math.floor(Date.now() / 1000),
            exp: Math.floor(Date.now() / 1000) + 600
          })
        })
      )()
    )
    await other.signIn()
    assert.strictEqual((await other.session()).subject, "another")
    const mixed = browser()
    mixed.cookies.set("__Host-le-auth-session", mine.cookies.get("__Host-le-auth-session")!)
    mixed.cookies.set("__Host-le-auth-data-0-0", other.cookies.get("__Host-le-auth-data-0-0")!)
    assert.isFalse((await mixed.session()).signedIn)
    // A stolen identifier alone is worth nothing either.
    mixed.cookies.delete("__Host-le-auth-data-0-0")
    assert.isFalse((await mixed.session()).signedIn)
  })

  scenario(
    "B8, H8: a changed cookie is neither a session nor a crash, with an event that shows nothing",
    [{ stateless: {} }],
    async ({ browser, log }) => {
      const mine = browser()
      await mine.signIn()
      const good = new Map(mine.cookies)
      for (const name of good.keys()) {
        for (const bad of ["", "x", good.get(name)!.slice(0, -1), `${good.get(name)!}A`]) {
          const copy = browser()
          for (const [name, value] of good) copy.cookies.set(name, value)
          copy.cookies.set(name, bad)
          assert.deepStrictEqual(await copy.session(), { signedIn: false })
        }
      }
      assert.include(log.join("\n"), "do not open with the seal keys")
      assert.notInclude(log.join("\n"), "planted")
      assert.isTrue((await mine.session()).signedIn)
    }
  )

  scenario(
    "G6: signing out removes the cookies; across processes that is all, as documented",
    [{ stateless: {} }, { stateless: {} }],
    async ({ browser, wire }, other) => {
      const mine = browser()
      await mine.signIn()
      const copy = browser()
      const elsewhere = other!.browser()
      for (const [name, value] of mine.cookies) {
        copy.cookies.set(name, value)
        elsewhere.cookies.set(name, value)
      }
      assert.strictEqual((await mine.send("/sign-out", post())).status, 204)
      assert.strictEqual(mine.cookies.size, 0)
      assert.isFalse((await mine.session()).signedIn)
      assert.strictEqual(wire.to("/revoke").length, 0)
      assert.isFalse((await copy.session()).signedIn)
      assert.isEmpty([...copy.cookies.keys()].filter((name) => name.startsWith("__Host-le-auth-data-")))
      assert.isTrue((await elsewhere.session()).signedIn)
    }
  )

  scenario("G9: a planted identifier is replaced at the sign-in", [{ stateless: {} }], async ({ browser }) => {
    const mine = browser()
    mine.cookies.set("__Host-le-auth-session", "planted-by-somebody")
    await mine.signIn()
    assert.notStrictEqual(mine.cookies.get("__Host-le-auth-session"), "planted-by-somebody")
    assert.isTrue((await mine.session()).signedIn)
  })

  scenario(
    "a session that is too large is reported, and no user is half signed in",
    [{ stateless: {} }],
    async (own) => {
      const mine = own.browser()
      own.wire.next("/token", (sent) =>
        Scripted.json(Scripted.tokens(sent, Date.now(), { access_token: "planted-".padEnd(8000, "x") }))()
      )
      const answer = await mine.signIn()
      assert.strictEqual(answer.status, 503)
      assert.include(await answer.text(), "use a store on the server")
      assert.isFalse((await mine.session()).signedIn)
    }
  )

  scenario(
    "keys rotate while somebody is signed in",
    [{ stateless: { keys: ["old"] } }, { stateless: { keys: ["new", "old"] } }, { stateless: { keys: ["new"] } }],
    async (old, both, fresh) => {
      const mine = old!.browser()
      await mine.signIn()
      mine.handler = both!.handler
      assert.isTrue((await mine.session()).signedIn)
      mine.handler = fresh!.handler
      assert.isFalse((await mine.session()).signedIn)
    }
  )
})
