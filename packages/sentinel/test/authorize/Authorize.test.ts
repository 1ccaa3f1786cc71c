import { assert, describe, it } from "@effect/vitest"
import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  answerOf,
  authorizePath,
  browser,
  callback,
  clientId,
  config,
  loopbackCallback,
  manyClientId,
  otherAccount,
  otherClientId,
  queryCallback,
  search,
  serviceClientId,
  start
} from "../Harness.ts"

const path = (query: string, accountId = account) => `/sentinel/api/account/${accountId}/authorize?${query}`
const base = `response_type=code&client_id=${clientId}`

/** A service has nowhere to send a user to. */
const [first, ...others] = config.accounts
const withoutRedirectUri = {
  accounts: [
    {
      ...first!,
      installations: first!.installations.map((app) =>
        app.client_id === serviceClientId ? { ...app, redirect_uris: [] } : app
      )
    },
    ...others
  ]
}

describe("authorize: shown", () => {
  it.effect.each([
    ["R4: client_id missing", 400, "response_type=code"],
    ["R9: client_id without a value", 400, "client_id=&response_type=code"],
    ["R5: unknown client", 401, "response_type=code&client_id=nobody"],
    ["R6: client of another account", 401, `response_type=code&client_id=${otherClientId}`],
    ["R5: disabled client", 401, "response_type=code&client_id=66666666-6666-4666-8666-666666666666"],
    ["R11: redirect_uri twice", 400, `${base}&redirect_uri=${callback}&redirect_uri=${callback}`],
    ["R11: client_id twice, once empty", 400, `${base}&client_id=`],
    ["R28: several registered, none given", 400, `response_type=code&client_id=${manyClientId}`],
    ["R28: none registered, none given", 400, `response_type=code&client_id=${serviceClientId}`],
    ["R4: client_id missing, v as it should be", 400, "v=1.0&response_type=code"],
    ["v with a second question mark", 400, `v=1.0?client_id=${clientId}&response_type=code`]
  ] as const)("%s: %d", ([, status, query]) =>
    Effect.gen(function* () {
      const sentinel = yield* start({ config: withoutRedirectUri })
      const response = yield* sentinel.fetch(path(query))
      const body = yield* Effect.promise(() => response.json())
      assert.strictEqual(response.status, status)
      assert.isNull(response.headers.get("location"))
      assert.match(body.error, /^[a-z_]+$/)
      // R14
      assert.match(body.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
      assert.strictEqual(body.error_description.includes("second question mark"), query.startsWith("v=1.0?"))
    })
  )

  it.effect(
    "R94: a browser gets a page with the request id that is in the log, with safe headers and nothing reflected",
    () =>
      Effect.gen(function* () {
        const sentinel = yield* start()
        const evil = `https://evil.example/"><script>alert(1)</script>`
        const response = yield* sentinel.fetch(authorizePath({ redirect_uri: evil, state: "planted" }), {
          headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }
        })
        const text = yield* Effect.promise(() => response.text())
        assert.strictEqual(response.status, 400)
        assert.strictEqual(response.headers.get("content-type"), "text/html; charset=utf-8")
        assert.include(response.headers.get("content-security-policy"), "default-src 'none'")
        assert.strictEqual(response.headers.get("x-frame-options"), "DENY")
        assert.notInclude(text, "evil.example")
        assert.notInclude(text, "<script")
        const requestId = response.headers.get("x-request-id")!
        assert.include(text, requestId)
        const line = sentinel.lines.find((line) => line.includes(requestId))!
        assert.notInclude(line, "planted")
      })
  )
})

describe("authorize: sent back", () => {
  it.effect.each([
    ["R7: response_type missing", "invalid_request", `client_id=${clientId}`],
    ["R7: another response_type", "unsupported_response_type", `client_id=${clientId}&response_type=token`],
    ["R8: code code", "unsupported_response_type", `client_id=${clientId}&response_type=code+code`],
    ["R8: code token", "unsupported_response_type", `client_id=${clientId}&response_type=code%20token`],
    ["R8: CODE", "unsupported_response_type", `client_id=${clientId}&response_type=CODE`],
    ["R8:  code", "unsupported_response_type", `client_id=${clientId}&response_type=%20code`],
    ["R11: response_type twice", "invalid_request", `${base}&response_type=code`],
    ["R11: scope twice", "invalid_request", `${base}&scope=a&scope=a`],
    ["R11: v twice", "invalid_request", `${base}&v=1.0&v=1.0`],
    ["v of another version", "invalid_request", `${base}&v=2.0`],
    ["grant type not installed", "unauthorized_client", `response_type=code&client_id=${serviceClientId}`],
    ["state that is not text", "invalid_request", `${base}&state=%C3%28`],
    ["state that is a surrogate", "invalid_request", `${base}&state=%ED%A0%80`]
  ] as const)("%s: %s", ([name, error, query]) =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const response = yield* sentinel.fetch(path(name.startsWith("state") ? query : `${query}&state=xyz`))
      const answer = answerOf(response)
      assert.strictEqual(response.status, 302)
      assert.isTrue(response.headers.get("location")!.startsWith(`${callback}?error=`))
      assert.notInclude(response.headers.get("location"), "#")
      assert.strictEqual(answer.get("error"), error)
      // R13
      assert.strictEqual(answer.get("state"), name.startsWith("state") ? null : "xyz")
      // R14
      assert.match(answer.get("error_description")!, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
      // R16
      assert.strictEqual(response.headers.get("cache-control"), "no-store")
      assert.strictEqual(response.headers.get("referrer-policy"), "no-referrer")
    })
  )

  it.effect("R10: what else is in the query need not be text, or there once", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const challenges = "code_challenge=a&code_challenge=b&code_challenge_method=x&code_challenge_method=y"
      for (const more of ["x=%ff", "x=%ZZ&x=%C3%28", challenges, "nonce=a&nonce=b"]) {
        const answer = yield* sentinel.fetch(path(`${base}&state=s&${more}`))
        assert.match(answer.headers.get("location")!, /^\/sentinel\/login\?request=/, more)
      }
    })
  )

  it.effect("R11: a doubled state is not echoed", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const answer = answerOf(yield* sentinel.fetch(path(`${base}&state=a&state=a`)))
      assert.strictEqual(answer.get("error"), "invalid_request")
      assert.isFalse(answer.has("state"))
    })
  )

  it.effect("R13: an internal error is sent back with the state, once the redirect URI is known to be valid", () =>
    Effect.gen(function* () {
      const good = yield* start()
      const user = browser(good)
      yield* user.signIn()
      const broken: SentinelStore["Service"] = { ...good.store, findSession: () => Effect.die("planted") }
      const sentinel = yield* start({ store: broken })
      const other = browser(sentinel)
      for (const [name, value] of user.jar) other.jar.set(name, value)
      const response = yield* other.send(authorizePath({ state: "xyz" }))
      assert.strictEqual(response.status, 302)
      assert.strictEqual(answerOf(response).get("error"), "server_error")
      assert.strictEqual(answerOf(response).get("state"), "xyz")
      assert.notInclude(response.headers.get("location"), "planted")
      const shown = yield* other.send(authorizePath({ client_id: undefined }))
      assert.strictEqual(shown.status, 400)
    })
  )
})

describe("authorize: a code that cannot be issued", () => {
  it.effect("is not sent: the session may have ended meanwhile", () =>
    Effect.gen(function* () {
      const good = yield* start()
      const user = browser(good)
      yield* user.signIn()
      const late = browser(
        yield* start({ store: { ...good.store, issueCode: () => Effect.succeed("NoSession" as const) } })
      )
      for (const [name, value] of user.jar) late.jar.set(name, value)
      const answer = yield* late.send(authorizePath())
      assert.match(answer.headers.get("location")!, /^\/sentinel\/login\?request=/)
    })
  )

  it.effect("leads to the login page, whose cookie the browser keeps", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      assert.strictEqual((yield* user.send(authorizePath())).headers.getSetCookie().length, 1)
      assert.deepStrictEqual((yield* user.send(authorizePath())).headers.getSetCookie(), [])
    })
  )
})

describe("authorize: state", () => {
  const echoed = (state: string, encoded: string) =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      yield* user.signIn()
      const response = yield* user.send(path(`${base}&state=${encoded}`))
      assert.strictEqual(response.status, 302)
      // eslint-disable-next-line no-control-regex
      assert.match(response.headers.get("location")!, /^[\x21-\x7e]+$/)
      assert.strictEqual(answerOf(response).get("state"), state)
      assert.strictEqual(answerOf(response).get("code")?.length, 43)
    })

  it.effect.each([
    ['+ % & = # ; / ? "', undefined],
    ["a b", "a+b"],
    ["a b", "a%20b"],
    ["%41", "%2541"],
    ["\ufffd%2x%", "%EF%BF%BD%2x%"],
    ["\r\nSet-Cookie: x=1", undefined],
    ["\u0000\b\u007f", undefined],
    ["\u202eevil", undefined],
    ["é中😀", undefined],
    ["\ufffd", undefined],
    ["%ZZ", "%ZZ"],
    ["%", "%"],
    ["x".repeat(2048), undefined]
  ] as const)("R12: state %j is echoed exactly", ([state, encoded]) =>
    echoed(state, encoded ?? encodeURIComponent(state))
  )

  it.effect.prop(
    "R12: state is echoed exactly, through the login page too",
    {
      text: Arbitrary.schema(Schema.NonEmptyString.check(Schema.isMaxLength(40))),
      visible: Arbitrary.schema(Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{0,40}$/)))
    },
    Effect.fnUntraced(function* ({ text, visible }) {
      const state = `${text}${visible}`
      // A lone surrogate is not text, and no URL can carry it.
      if (/\p{Surrogate}/u.test(state)) return
      const sentinel = yield* start()
      const user = browser(sentinel)
      assert.strictEqual(answerOf(yield* user.signIn(authorizePath({ state }))).get("state"), state)
      assert.strictEqual(answerOf(yield* user.send(authorizePath({ state }))).get("state"), state)
    }),
    { arbitrary: { runs: 30 } }
  )

  it.effect("R9: an empty state is none, and an empty redirect_uri is absent", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      yield* user.signIn()
      const response = yield* user.send(path(`${base}&state=&redirect_uri=`))
      assert.isTrue(response.headers.get("location")!.startsWith(`${callback}?code=`))
      assert.isFalse(answerOf(response).has("state"))
    })
  )
})

describe("authorize: with and without a session", () => {
  it.effect(
    "without a session it leads to the login page; R20: with one it gives the code at once, in this account only",
    () =>
      Effect.gen(function* () {
        const user = browser(yield* start())
        const before = yield* user.send(authorizePath())
        assert.strictEqual(before.status, 302)
        assert.match(before.headers.get("location")!, /^\/sentinel\/login\?request=[\w-]+$/)
        yield* user.signIn()
        const after = yield* user.send(authorizePath())
        // R19
        assert.strictEqual(after.status, 302)
        // R15
        assert.match(answerOf(after).get("code")!, /^[\w-]{43}$/)
        const other = yield* user.send(authorizePath({ client_id: otherClientId }, otherAccount))
        assert.include(other.headers.get("location"), "/sentinel/login")
      })
  )

  it.effect("sessions of several accounts live side by side in one browser", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      const other = authorizePath({ client_id: otherClientId }, otherAccount)
      yield* user.signIn()
      yield* user.signIn(other)
      assert.isTrue(answerOf(yield* user.send(authorizePath())).has("code"))
      assert.isTrue(answerOf(yield* user.send(other)).has("code"))
    })
  )

  it.effect("R15: codes do not repeat", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      yield* user.signIn()
      const codes = new Set<string>()
      for (let index = 0; index < 500; index++) codes.add(answerOf(yield* user.send(authorizePath())).get("code")!)
      assert.strictEqual(codes.size, 500)
    })
  )

  it.effect("R17: HEAD creates neither a code nor a session; nothing is stored before login", () =>
    Effect.gen(function* () {
      const calls: Array<string> = []
      const plain = yield* start()
      const store = new Proxy(plain.store, {
        get:
          (target, name) =>
          (...given: Array<never>) => {
            calls.push(String(name))
            return (target[name as keyof typeof target] as (...given: Array<never>) => unknown)(...given)
          }
      })
      const user = browser(yield* start({ store }))
      yield* user.send(authorizePath())
      assert.deepStrictEqual(calls, [])
      yield* user.signIn()
      calls.length = 0
      const response = yield* user.send(authorizePath(), { method: "HEAD" })
      assert.strictEqual(response.status, 302)
      assert.isFalse(answerOf(response).has("code"))
      assert.deepStrictEqual(calls, [])
    })
  )

  it.effect.each(["POST", "PUT", "DELETE", "PATCH"])("R18: %s gets 405 with Allow", (method) =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const response = yield* sentinel.fetch(authorizePath(), { method })
      assert.strictEqual(response.status, 405)
      assert.strictEqual(response.headers.get("allow"), "GET, HEAD")
      assert.isNull(response.headers.get("location"))
    })
  )

  it.effect("R16, R18: OPTIONS grants nothing, and no answer has a CORS header", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const headers = { origin: "https://evil.example", "access-control-request-method": "GET" }
      for (const method of ["OPTIONS", "GET"]) {
        const response = yield* sentinel.fetch(authorizePath(), { method, headers })
        assert.strictEqual(response.status, method === "GET" ? 302 : 204)
        assert.isFalse([...response.headers.keys()].some((name) => name.startsWith("access-control-")))
      }
    })
  )

  it.effect.each([
    { prompt: "none" },
    { prompt: "login" },
    { prompt: "consent select_account" },
    { prompt: "none login" },
    { max_age: "0" },
    { max_age: "-1" },
    { max_age: "9".repeat(400) },
    { max_age: "x" },
    { login_hint: "agent@example.com" },
    { acr_values: "1", claims: "{", request: "x.y.z", request_uri: "https://evil.example/", response_mode: "fragment" }
  ])("R21: %j is ignored, with a session and without, where there is no discovery", (parameters) =>
    Effect.gen(function* () {
      for (const points of [{}, SentinelDialect.rfc]) {
        const user = browser(yield* start({ points }))
        const before = yield* user.send(authorizePath(parameters))
        assert.match(before.headers.get("location")!, /^\/sentinel\/login\?request=/)
        yield* user.signIn(authorizePath(parameters))
        const after = yield* user.send(authorizePath(parameters))
        assert.isTrue(after.headers.get("location")!.startsWith(`${callback}?code=`))
      }
    })
  )

  it.effect("R10, R21: what is not known is ignored", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      yield* user.signIn()
      const extra =
        "__proto__=1&constructor=1&toString=1&state[]=a&state[0]=a&client_id[]=x&a.b=c&__proto__[x]=1&Client_ID=x" +
        "&prompt=none&prompt=login&max_age=0&nonce=n&code_challenge=x&scope=openid&prompt=a%00b"
      const response = yield* user.send(path(`${base}&state=xyz&${extra}`))
      assert.strictEqual(answerOf(response).get("state"), "xyz")
      assert.isTrue(answerOf(response).has("code"))
    })
  )

  it.effect("R82: a session ends when it is not used, and after its whole lifetime", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      yield* user.signIn()
      const hasSession = Effect.map(user.send(authorizePath()), (response) => answerOf(response).has("code"))
      for (let day = 0; day < 4; day++) {
        yield* TestClock.adjust("7 hours")
        assert.isTrue(yield* hasSession)
      }
      yield* TestClock.adjust("8 hours")
      assert.isFalse(yield* hasSession)
      const short = browser(yield* start({ points: { sessionLifetime: Duration.hours(10) } }))
      yield* short.signIn()
      yield* TestClock.adjust("6 hours")
      assert.isTrue(answerOf(yield* short.send(authorizePath())).has("code"))
      yield* TestClock.adjust("4 hours")
      assert.isFalse(answerOf(yield* short.send(authorizePath())).has("code"))
    })
  )
})

describe("authorize: redirect URI", () => {
  const given = (redirectUri: string, client: string) =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      yield* user.signIn()
      return yield* user.send(path(search({ response_type: "code", client_id: client, redirect_uri: redirectUri })))
    })

  it.effect.each([
    "https://app.example/cb/",
    "https://app.example/CB",
    "https://app.example/cb/../cb",
    "https://app.example/cb%2f..%2fcb",
    "https://app.example/c%62",
    "https://app.example/cb?x",
    "https://app.example/cb?",
    "https://app.example/cb#",
    "https://app.example/cb#f",
    "https://app.example/cb;a",
    "https://app.example/cb%00",
    "https://app.example/cb\u0000",
    "https://app.example/cb%0d%0a",
    "https://app.example/cb\r\n",
    "https://app.example/cb ",
    "https://app.example/cb\t",
    " https://app.example/cb",
    "https://app.example.evil/cb",
    "https://evil/app.example/cb",
    "https://app.example@evil/cb",
    "https://evil@app.example/cb",
    "https://a@b@app.example/cb",
    "https://evil\\@app.example/cb",
    "https://app.example\\@evil/cb",
    "//app.example/cb",
    "https:/app.example/cb",
    "https:app.example/cb",
    "http:\\\\evil",
    "https://app.example:443/cb",
    "https://app.example./cb",
    "HTTPS://APP.EXAMPLE/cb",
    "https://аpp.example/cb",
    "https://app。example/cb",
    "https://xn--pp-7cd.example/cb",
    "https%3A%2F%2Fapp.example%2Fcb",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://app.example/x",
    "about:blank",
    "http://app.example/cb"
  ])("R25: %j is shown, not redirected to", (redirectUri) =>
    Effect.gen(function* () {
      const response = yield* given(redirectUri, clientId)
      assert.strictEqual(response.status, 400)
      assert.isNull(response.headers.get("location"))
    })
  )

  it.effect("R24: loopback on another port, and R27: the registered query byte for byte", () =>
    Effect.gen(function* () {
      const loopback = loopbackCallback.replace("127.0.0.1", "127.0.0.1:50123")
      const onPort = yield* given(loopback, manyClientId)
      assert.isTrue(onPort.headers.get("location")!.startsWith(`${loopback}&code=`))
      const withQuery = yield* given(queryCallback, manyClientId)
      assert.isTrue(withQuery.headers.get("location")!.startsWith(`${queryCallback}&code=`))
      const onLocalhost = yield* given("http://localhost:3001/cb", manyClientId)
      assert.strictEqual(onLocalhost.status, 400)
    })
  )

  it.effect("R28: the only registered one may be left out", () =>
    Effect.gen(function* () {
      const response = yield* given("", clientId)
      assert.isTrue(response.headers.get("location")!.startsWith(`${callback}?code=`))
    })
  )
})

describe("authorize: paths", () => {
  it.effect.each([
    "/sentinel/api/account/../authorize",
    "/sentinel/api/account/%2e%2e/authorize",
    "/sentinel/api/account/.%2e/authorize",
    "/sentinel/api/account/a/b/authorize",
    `/sentinel/api/account/${account}%2f/authorize`,
    "/sentinel/api/account/%5c/authorize",
    "/sentinel/api/account//authorize",
    `/sentinel/api/account/${"1".repeat(1000)}/authorize`,
    "/sentinel/api/account/*/authorize",
    "/sentinel/api/account/__proto__/authorize",
    "/sentinel/api/account/constructor/authorize",
    "/sentinel/api/account/١٢٣٤٥٦٧٨/authorize",
    `/sentinel/api/account/0${account}/authorize`,
    `/sentinel/api/account/${otherAccount.toUpperCase()}/authorize`,
    `/sentinel/api/account/${account}./authorize`,
    `/sentinel/api/account/${account}/authorize/`,
    `/sentinel/api/account/${account}/authorize%20`,
    `/sentinel/api/account/${account}/AUTHORIZE`,
    `/sentinel/api/account/${account}/authorize;x=1`,
    `/sentinel/api/account/${account};x=1/authorize`,
    `/sentinel/api/account/x/..;/${account}/authorize`,
    `//sentinel/api/account/${account}/authorize`,
    `/sentinel//api/account/${account}/authorize`,
    `/sentinel/api/account/${account}%00/authorize`,
    `/sentinel/api/account/%ZZ/authorize`
  ])("%s is not found or not known", (target) =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      // As text, so that no URL parser in front of Sentinel tidies it up.
      const request = new Request(sentinel.origin)
      Object.defineProperty(request, "url", { value: `${sentinel.origin}${target}?${base}` })
      const response = yield* sentinel.send(request)
      assert.include([401, 404], response.status)
      assert.isNull(response.headers.get("location"))
      assert.strictEqual(response.headers.get("x-content-type-options"), "nosniff")
    })
  )

  it.effect("a request target that is too long is 414", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const response = yield* sentinel.fetch(authorizePath({ state: "x".repeat(10_240) }))
      assert.strictEqual(response.status, 414)
    })
  )

  it.effect("Host and X-Forwarded-* change nothing", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const headers = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        forwarded: "host=evil.example"
      }
      const response = yield* sentinel.fetch(authorizePath(), { headers })
      assert.notInclude(JSON.stringify([...response.headers]), "evil")
      assert.match(response.headers.get("set-cookie")!, /^sentinel-login=/)
    })
  )
})
