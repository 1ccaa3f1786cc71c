import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  admin,
  agent,
  answerOf,
  application,
  authorizePath,
  browser,
  callback,
  config,
  loopbackCallback,
  manyClientId,
  otherAccount,
  otherClientId,
  patiently,
  queryCallback,
  start
} from "../Harness.ts"

const textOf = (response: Response) => Effect.promise(() => response.text())

describe("the login page", () => {
  it.effect("R19: signs in and goes back with 303, the code and the state", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const response = yield* user.signIn(authorizePath({ state: "xyz" }), { ...agent, username: "AGENT@Example.COM" })
      assert.strictEqual(response.status, 303)
      assert.isTrue(response.headers.get("location")!.startsWith(`${callback}?code=`))
      assert.strictEqual(answerOf(response).get("state"), "xyz")
      // R16
      assert.strictEqual(response.headers.get("referrer-policy"), "no-referrer")
      assert.strictEqual(response.headers.get("cache-control"), "no-store")
    })
  )

  it.effect("R86: takes passwords of any Unicode, typed in any normal form", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const response = yield* user.signIn(authorizePath(), { ...admin, password: admin.password.normalize("NFD") })
      assert.strictEqual(response.status, 303)
      const long = { ...config.accounts[0]!.users[0]!, password: "ü".repeat(64) }
      const other = browser(yield* start({ config: { accounts: [{ ...config.accounts[0]!, users: [long] }] } }))
      assert.strictEqual((yield* other.signIn(authorizePath(), long as never)).status, 400)
      const right = { username: long.email, password: long.password }
      assert.strictEqual((yield* other.signIn(authorizePath(), right)).status, 303)
    })
  )

  it.effect(
    "R87: has the headers of a page that no other can frame or script, and lets the form lead to the application",
    () =>
      Effect.gen(function* () {
        const sentinel = yield* start()
        const { response, text } = yield* browser(sentinel).open(authorizePath())
        const policy = response.headers.get("content-security-policy")!
        assert.include(policy, "default-src 'none'")
        assert.include(policy, "frame-ancestors 'none'")
        assert.include(policy, "form-action 'self' https://app.example")
        assert.notInclude(policy, "unsafe-inline")
        assert.strictEqual(response.headers.get("x-frame-options"), "DENY")
        assert.strictEqual(response.headers.get("x-content-type-options"), "nosniff")
        assert.strictEqual(response.headers.get("cross-origin-opener-policy"), "same-origin")
        assert.strictEqual(response.headers.get("content-type"), "text/html; charset=utf-8")
        assert.notInclude(text, "<script")
        const loopback = authorizePath({
          client_id: manyClientId,
          redirect_uri: loopbackCallback.replace("127.0.0.1", "127.0.0.1:50123")
        })
        const other = yield* browser(sentinel).open(loopback)
        assert.include(
          other.response.headers.get("content-security-policy"),
          "form-action 'self' http://127.0.0.1:50123"
        )
      })
  )

  it.effect("R88: escapes the names of the account and of the application, and what the user typed", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const page = yield* user.open(authorizePath())
      assert.include(page.text, "Brand &lt;b&gt;&amp;&quot;&#39;")
      assert.notInclude(page.text, "<b>")
      for (const username of [
        `"><script>alert(1)</script>`,
        `' onfocus='alert(1)`,
        "</title><img src=x onerror=alert(1)>",
        "javascript:alert(1)//"
      ]) {
        const text = yield* textOf(yield* user.submit({ ...page.form, username, password: "wrong" }))
        assert.notInclude(text, "<script")
        assert.notInclude(text, "<img")
        assert.notMatch(text, /' onfocus/)
      }
    })
  )

  it.effect("R89: has labels, autofill names, a language and a title", () =>
    Effect.gen(function* () {
      const { text } = yield* browser(yield* start()).open(authorizePath())
      assert.match(text, /<html lang="en">/)
      assert.match(text, /<title>Sign in to /)
      for (const [id, autofill] of [
        ["username", "username"],
        ["password", "current-password"]
      ]) {
        assert.match(text, new RegExp(`<label for="${id}">`))
        assert.match(text, new RegExp(`id="${id}"[^>]*autocomplete="${autofill}"`))
      }
    })
  )

  it.effect("shows nothing of the sign-in without the cookie of the browser that began it", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const { location } = yield* browser(sentinel).open(authorizePath())
      for (const path of [location, "/sentinel/login", "/sentinel/login?request=x", `${location}x`]) {
        const stranger = browser(sentinel)
        assert.strictEqual((yield* stranger.send(path)).status, 400)
        yield* stranger.open(authorizePath())
        assert.strictEqual((yield* stranger.send(path)).status, 400)
      }
    })
  )
})

describe("who may sign in", () => {
  it.effect("R84: an unknown user, a disabled user and a wrong password get the same answer", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const page = yield* user.open(authorizePath())
      const answers: Array<string> = []
      for (const [username, password] of [
        ["agent@example.com", "wrong"],
        ["nobody@example.com", "agent"],
        ["gone@example.com", "gone"],
        ["", ""]
      ] as const) {
        const response = yield* user.submit({ ...page.form, username, password })
        assert.strictEqual(response.status, 400)
        assert.isNull(response.headers.get("set-cookie"))
        answers.push(
          (yield* textOf(response)).replaceAll(username === "" ? "\0" : username, "").replaceAll(/value=""/g, "")
        )
      }
      assert.include(answers[0]!, `role="alert"`)
      assert.strictEqual(answers[0], answers[1])
      assert.strictEqual(answers[0], answers[2])
      assert.notInclude(answers.join(), "wrong")
    })
  )

  it.effect("a user of one account is none of another", () =>
    Effect.gen(function* () {
      const only = { ...config.accounts[1]!, users: [] }
      const user = browser(yield* start({ config: { accounts: [config.accounts[0]!, only] } }))
      const response = yield* user.signIn(authorizePath({ client_id: otherClientId }, otherAccount))
      assert.strictEqual(response.status, 400)
    })
  )

  it.effect("R85: failures slow down, also for the right password and for unknown users, and time heals", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      for (const username of [agent.username, "nobody@example.com"]) {
        const user = browser(sentinel)
        const page = yield* user.open(authorizePath())
        const attempt = (password: string) => user.submit({ ...page.form, username, password })
        for (let index = 0; index < 5; index++) assert.strictEqual((yield* attempt("wrong")).status, 400)
        // The pauses are 1, 2, 4 and 8 seconds, and are waited for; the next one is told.
        for (let index = 0; index < 4; index++) assert.strictEqual((yield* patiently(attempt("wrong"))).status, 400)
        const refused = yield* attempt("agent")
        assert.strictEqual(refused.status, 429)
        // On a busy machine the clock of the test goes on by a second or two while the last answer is made.
        assert.match(refused.headers.get("retry-after") ?? "", /^1[3-6]$/)
        yield* TestClock.adjust("9 seconds")
        const right = yield* patiently(attempt("agent"))
        assert.strictEqual(right.status, username === agent.username ? 303 : 400)
      }
    })
  )

  it.effect(
    "R85: the page that says wait keeps the name, asks for the password again and counts down without a script",
    () =>
      Effect.gen(function* () {
        const user = browser(yield* start())
        const page = yield* user.open(authorizePath())
        const attempt = () => user.submit({ ...page.form, username: "nobody@example.com", password: "a secret" })
        for (let index = 0; index < 9; index++) yield* patiently(attempt())
        const text = yield* textOf(yield* attempt())
        assert.include(text, 'value="nobody@example.com"')
        assert.include(text, "Wait 16 seconds and try again.")
        assert.include(text, '<span class="countdown a0 b0 c1 d6" aria-hidden="true">')
        assert.notInclude(text, "a secret")
        assert.notMatch(text, /<script|http-equiv/)
      })
  )

  it.effect("R85: a guesser does not lock the user out of the browser that they have signed in with before", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      yield* user.signIn()
      const known = user.jar.get(`sentinel-device-${account}`)!
      assert.match(known, /^[\w-]{65}$/)
      user.jar.delete(`sentinel-session-${account}`)
      const second = browser(sentinel)
      yield* second.signIn()
      assert.notStrictEqual(second.jar.get(`sentinel-device-${account}`), known, "each browser has its own")

      const stranger = browser(sentinel)
      const guess = yield* stranger.open(authorizePath())
      const submit = (password: string) => stranger.submit({ ...guess.form, ...agent, password })
      for (let index = 0; index < 9; index++) assert.strictEqual((yield* patiently(submit("wrong"))).status, 400)
      assert.strictEqual((yield* submit("agent")).status, 429)

      // The cookie is that of one user: it is no use for another, and made up it is none at all.
      for (const made of ["A".repeat(65), `${"A".repeat(22)}${known.slice(22)}`, known.slice(22)]) {
        stranger.jar.set(`sentinel-device-${account}`, made)
        assert.strictEqual((yield* submit("agent")).status, 429)
      }
      const other = browser(sentinel)
      yield* other.signIn(authorizePath(), admin)
      other.jar.delete(`sentinel-session-${account}`)
      assert.strictEqual((yield* other.signIn(authorizePath(), agent)).status, 429)

      assert.strictEqual((yield* user.signIn()).status, 303)
      assert.strictEqual(user.jar.get(`sentinel-device-${account}`), known, "it stays the same browser")
    })
  )

  it.effect("R85: 64 right logins of one user at once all succeed, with an address and without", () =>
    Effect.gen(function* () {
      for (const address of ["192.0.2.1", undefined]) {
        const sentinel = yield* start()
        const browsers = Array.from({ length: 64 }, () => browser(sentinel, address))
        const answers = yield* Effect.forEach(browsers, (each) => each.signIn(), { concurrency: "unbounded" })
        assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([303]))
      }
    })
  )

  it.effect("R86: when too many passwords wait, the form says so and keeps what was typed", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ passwords: { queue: 0 } })
      const users = yield* Effect.forEach(["a", "b", "c"], (name) =>
        Effect.map(browser(sentinel).open(authorizePath()), (page) => ({ name, page }))
      )
      const answers = yield* Effect.forEach(
        users,
        ({ name, page }) =>
          sentinel.fetch("/sentinel/login", {
            method: "POST",
            body: new URLSearchParams({ ...page.form, username: `${name}@example.com`, password: "x" }),
            headers: { cookie: `sentinel-login=${page.cookie}` }
          }),
        { concurrency: "unbounded" }
      )
      const refused = answers.find(({ status }) => status === 503)!
      assert.strictEqual(refused.headers.get("retry-after"), "5")
      const text = yield* textOf(refused)
      assert.match(text, /role="alert"[^]*>Many people are signing in/)
      assert.match(text, /value="[abc]@example.com"/)
    })
  )
})

describe("forgery", () => {
  it.effect("R76: without the token of the page, with another, or from another browser there is no login", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      const { form } = yield* user.open(authorizePath())
      const other = yield* user.open(authorizePath({ state: "other" }))
      const attacker = browser(sentinel)
      const foreign = yield* attacker.open(authorizePath())
      const forms: ReadonlyArray<Record<string, string>> = [
        { request: form.request },
        { token: form.token },
        { ...form, token: "" },
        { ...form, token: `${form.token}x` },
        { ...form, token: other.form.token },
        { ...form, request: other.form.request },
        foreign.form,
        { request: form.request, token: foreign.form.token }
      ]
      for (const forged of forms) {
        const response = yield* user.submit({ ...forged, ...agent })
        assert.strictEqual(response.status, 403)
        assert.isNull(response.headers.get("set-cookie"))
        assert.isNull(response.headers.get("location"))
      }
    })
  )

  it.effect.each([
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ "sec-fetch-site": "same-origin", origin: "null" }, 303],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "http://localhost:3000" }, 403],
    [{ origin: "http://localhost:4400" }, 303],
    [{ origin: "null" }, 303]
  ] as const)("R77: %j gives %d", ([headers, status]) =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const { form } = yield* user.open(authorizePath())
      assert.strictEqual((yield* user.submit({ ...form, ...agent }, headers)).status, status)
    })
  )

  it.effect("R78: the session is new, and never what a cookie said before", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      const name = `sentinel-session-${account}`
      const planted = "A".repeat(43)
      user.jar.set(name, planted)
      yield* user.signIn()
      const first = user.jar.get(name)!
      assert.match(first, /^[\w-]{43}$/)
      assert.notStrictEqual(first, planted)
      const second = browser(sentinel)
      yield* second.signIn()
      assert.notStrictEqual(second.jar.get(name), first)
    })
  )

  it.effect("R78: after signing out, the next session is a new one, and the old cookie is none", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const name = `sentinel-session-${account}`
      yield* user.signIn()
      const first = user.jar.get(name)!
      yield* user.send("/sentinel/logout", { method: "POST", body: new URLSearchParams({ account }) })
      user.jar.set(name, first)
      yield* user.signIn()
      assert.notStrictEqual(user.jar.get(name), first)
    })
  )

  it.effect("R78: signing in as somebody else ends the session of the one before", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      const page = yield* user.open(authorizePath())
      const tokens = yield* application(sentinel).exchange(answerOf(yield* user.signIn()).get("code")!)
      const old = new Map(user.jar)
      yield* user.submit({ ...page.form, ...admin })
      const before = browser(sentinel)
      for (const [key, value] of old) before.jar.set(key, value)
      assert.isFalse(answerOf(yield* before.send(authorizePath())).has("code"))
      assert.strictEqual((yield* application(sentinel).refresh(tokens.json["refresh_token"])).status, 400)
      assert.isTrue(answerOf(yield* user.send(authorizePath())).has("code"))
    })
  )

  it.effect("R30: the login page leads nowhere but to the sealed redirect URI", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const page = yield* user.open(authorizePath())
      const response = yield* user.send("/sentinel/login?redirect_uri=https://evil.example&returnTo=//evil.example", {
        method: "POST",
        body: new URLSearchParams({ ...page.form, ...agent, redirect_uri: "https://evil.example", next: "//evil" })
      })
      assert.isTrue(response.headers.get("location")!.startsWith(callback))
    })
  )
})

describe("cookies", () => {
  it.effect("R79: on loopback they are plain, on https they are __Host- and Secure", () =>
    Effect.gen(function* () {
      for (const [publicOrigin, prefix, secure] of [
        ["http://localhost:4400", "", ""],
        ["https://sentinel.example", "__Host-", " Secure;"]
      ] as const) {
        const sentinel = yield* start({ publicOrigin })
        const user = browser(sentinel)
        const first = yield* user.send(authorizePath())
        const answer = yield* user.signIn()
        for (const [response, name] of [
          [first, "sentinel-login"],
          [answer, `sentinel-session-${account}`]
        ] as const) {
          const cookie = response.headers.get("set-cookie")!
          assert.isTrue(cookie.startsWith(`${prefix}${name}=`), cookie)
          assert.include(cookie, "HttpOnly")
          assert.include(cookie, "SameSite=Lax")
          assert.include(cookie, "Path=/")
          assert.notInclude(cookie, "Domain")
          assert.strictEqual(cookie.includes("Secure"), secure !== "")
        }
      }
    })
  )
})

describe("tabs, buttons and clocks", () => {
  it.effect("R80: each tab continues its own request", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const first = yield* user.open(authorizePath({ state: "first" }))
      const second = yield* user.open(
        authorizePath({ state: "second", client_id: manyClientId, redirect_uri: queryCallback })
      )
      const answers = [
        yield* user.submit({ ...second.form, ...agent }),
        yield* user.submit({ ...first.form, ...agent })
      ]
      assert.deepStrictEqual(
        answers.map((answer) => answerOf(answer).get("state")),
        ["second", "first"]
      )
      assert.isTrue(answers.every((answer) => answerOf(answer).has("code")))
    })
  )

  it.effect("R81: a form that is sent twice gives one session and one code, also at the same time", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const { form } = yield* user.open(authorizePath())
      const submit = user.submit({ ...form, ...agent })
      const answers = [...(yield* Effect.all([submit, submit, submit], { concurrency: 3 })), yield* submit]
      assert.strictEqual(new Set(answers.map((answer) => answerOf(answer).get("code"))).size, 1)
      assert.strictEqual(new Set(answers.map((answer) => answer.headers.get("set-cookie"))).size, 1)
    })
  )

  it.effect("R81: going back to a form that has done its work shows that the user is signed in", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      const page = yield* user.open(authorizePath())
      const code = answerOf(yield* user.submit({ ...page.form, ...agent })).get("code")!
      const tokens = yield* application(sentinel).exchange(code)
      assert.strictEqual((yield* user.send(page.location)).status, 200)
      const again = yield* user.submit({ ...page.form, ...agent })
      assert.strictEqual(again.status, 200)
      assert.include(yield* textOf(again), "You are signed in")
      assert.strictEqual((yield* application(sentinel).refresh(tokens.json["refresh_token"])).status, 200)
    })
  )

  it.effect("R81: an old form that another user fills in signs that user in, and not the one before", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      const page = yield* user.open(authorizePath())
      const subjects: Array<string> = []
      for (const who of [agent, admin]) {
        const code = answerOf(yield* user.submit({ ...page.form, ...who })).get("code")!
        const { json } = yield* application(sentinel).exchange(code)
        subjects.push(JSON.parse(atob(json["id_token"]!.split(".")[1]!)).sub)
      }
      assert.deepStrictEqual(subjects, ["3552833710", "3552833711"])
    })
  )

  it.effect("R83: an old form does not bring a session back that was ended", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const page = yield* user.open(authorizePath())
      yield* user.submit({ ...page.form, ...agent })
      yield* user.send("/sentinel/logout", { method: "POST", body: new URLSearchParams({ account }) })
      const again = yield* user.submit({ ...page.form, ...agent })
      assert.strictEqual(again.status, 303)
      assert.include(again.headers.get("location"), "/authorize?v=1.0&response_type=code")
      assert.isFalse(user.jar.has(`sentinel-session-${account}`))
    })
  )

  it.effect("a login page that was open for ten minutes offers the same request afresh", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const path = authorizePath({ state: "x&y", redirect_uri: callback })
      const page = yield* user.open(path)
      yield* TestClock.adjust("599999 millis")
      assert.include(yield* textOf(yield* user.send(page.location)), "<form")
      yield* TestClock.adjust("1 millis")
      for (const response of [yield* user.send(page.location), yield* user.submit({ ...page.form, ...agent })]) {
        assert.strictEqual(response.status, 400)
        const link = /class="button" href="([^"]+)"/.exec(yield* textOf(response))![1]!.replaceAll("&amp;", "&")
        assert.strictEqual(answerOf(yield* user.signIn(link)).get("state"), "x&y")
        user.jar.delete(`sentinel-session-${account}`)
      }
    })
  )
})

describe("logout", () => {
  it.effect("R83: ends the session at the server, and R70: its refresh tokens; the old cookie is dead", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      const app = application(sentinel)
      const tokens = yield* app.exchange(answerOf(yield* user.signIn()).get("code")!)
      const old = new Map(user.jar)
      const logout = (init: RequestInit) => user.send("/sentinel/logout", init)
      assert.strictEqual((yield* logout({ method: "GET" })).status, 405)
      const body = new URLSearchParams({ account })
      const foreign = { "sec-fetch-site": "cross-site" }
      assert.strictEqual((yield* logout({ method: "POST", body, headers: foreign })).status, 403)
      assert.isTrue(answerOf(yield* user.send(authorizePath())).has("code"))
      assert.strictEqual((yield* logout({ method: "POST", body })).status, 200)
      assert.isFalse(user.jar.has(`sentinel-session-${account}`))
      for (const [name, value] of old) user.jar.set(name, value)
      assert.isFalse(answerOf(yield* user.send(authorizePath())).has("code"))
      assert.strictEqual((yield* app.refresh(tokens.json["refresh_token"])).json["error"], "invalid_grant")
      assert.strictEqual((yield* logout({ method: "POST", body: new URLSearchParams() })).status, 400)
    })
  )
})
