import { assert, describe, it } from "@effect/vitest"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Controlled from "../control/ControlHarness.ts"
import { account, answerOf, application, browser, otherAccount, type Running, start } from "../Harness.ts"
import { appToken, config as usual } from "./tokenTable.ts"

const base = `/api/account/${account}`
const withStubs = (stubs: object, more: object = {}) => ({
  accounts: usual.accounts.map((one, index) => (index === 0 ? { ...one, stubs, ...more } : one))
})

const route = (rest: string, method = "GET") => `${method} /api/account/{account}/${rest}`

const ask = Effect.fnUntraced(function* (running: Running, path: string, init?: RequestInit) {
  const response = yield* running.fetch(path, init)
  const text = yield* Effect.promise(() => response.text())
  return { status: response.status, headers: response.headers, text }
})
const withToken = (token: string | undefined): RequestInit =>
  token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }

const userToken = (running: Running) =>
  Effect.gen(function* () {
    const code = answerOf(yield* browser(running).signIn()).get("code")!
    return (yield* application(running).exchange(code)).json
  })

describe("stubs", () => {
  it.effect("R100: a stub answers with its status, headers and body, and its service is on the host of Sentinel", () =>
    Effect.gen(function* () {
      const running = yield* start({
        config: withStubs({
          faasGW: [
            {
              route: route("lambdas/{id}/invocation", "POST"),
              token: "none",
              status: 201,
              json: { result: { ok: [1, null, "ü"] } },
              headers: { "x-lambda": "1", "Cache-Control": "max-age=5" }
            },
            { route: route("lambdas"), token: "none", text: "three" },
            { route: route("page"), token: "none", text: "<p>", headers: { "Content-Type": "text/html" } },
            { route: route("lambdas/{id}", "DELETE"), token: "none", status: 204 }
          ],
          "my.own-Service_1": [{ route: "GET /own/account/{account}/things", token: "none" }]
        })
      })
      const made = yield* ask(running, `${base}/lambdas/7/invocation?v=1`, { method: "POST", body: "anything" })
      assert.strictEqual(made.status, 201)
      assert.deepStrictEqual(JSON.parse(made.text), { result: { ok: [1, null, "ü"] } })
      assert.strictEqual(made.headers.get("content-type"), "application/json")
      assert.strictEqual(made.headers.get("x-lambda"), "1")
      assert.strictEqual(made.headers.get("cache-control"), "max-age=5")
      const listed = yield* ask(running, `${base}/lambdas`)
      assert.deepStrictEqual([listed.text, listed.headers.get("content-type")], ["three", "text/plain; charset=utf-8"])
      assert.strictEqual(listed.headers.get("cache-control"), "no-store")
      const page = yield* ask(running, `${base}/page`)
      assert.deepStrictEqual([page.text, page.headers.get("content-type")], ["<p>", "text/html"])
      assert.strictEqual((yield* ask(running, `${base}/lambdas/7`, { method: "DELETE" })).status, 204)
      const own = yield* ask(running, `/own/account/${account}/things`)
      assert.deepStrictEqual([own.status, own.text], [200, ""])
      const hosts = yield* ask(running, `${base}/service/my.own-Service_1/baseURI.json`)
      assert.strictEqual(JSON.parse(hosts.text).baseURI, "localhost:4400")
    })
  )

  it.effect("R100: HEAD, OPTIONS, other methods and other paths are answered as at every route", () =>
    Effect.gen(function* () {
      const running = yield* start({
        config: withStubs({
          a: [
            { route: route("things"), token: "none", text: "body" },
            { route: route("things", "PATCH"), token: "none" },
            { route: route("asked", "OPTIONS"), token: "none", headers: { "access-control-allow-origin": "*" } }
          ]
        })
      })
      const head = yield* ask(running, `${base}/things`, { method: "HEAD" })
      assert.deepStrictEqual([head.status, head.text], [200, ""])
      const options = yield* ask(running, `${base}/things`, { method: "OPTIONS" })
      assert.deepStrictEqual([options.status, options.headers.get("allow")], [204, "GET, HEAD, PATCH"])
      for (const method of ["POST", "PUT", "DELETE"]) {
        const wrong = yield* ask(running, `${base}/things`, { method })
        assert.deepStrictEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, HEAD, PATCH"])
      }
      const asked = yield* ask(running, `${base}/asked`, { method: "OPTIONS" })
      assert.deepStrictEqual([asked.status, asked.headers.get("access-control-allow-origin")], [200, "*"])
      for (const path of [
        `${base}/things/`,
        `${base}//things`,
        `${base}/Things`,
        `${base}/things;x=1`,
        `/api/account/${otherAccount}/things`,
        "/api/account/99999999/things",
        "/api/account/%zz/things",
        `/api/account/a%2Fb/things`,
        "/account/",
        "/things"
      ]) {
        assert.strictEqual((yield* ask(running, path)).status, 404, path)
      }
      assert.strictEqual((yield* ask(running, `${base}/things?${"a=1&".repeat(70)}`)).status, 400)
    })
  )

  it.effect("R100: a stub with a missing, a wrong, an expired and a right token of each kind, and its scope", () =>
    Effect.gen(function* () {
      const kinds = ["any", "user", "application", "none"] as const
      const sentinel = yield* Controlled.start({
        config: withStubs({
          faasGW: [
            ...kinds.map((token) => ({ route: route(token), token })),
            { route: route("default") },
            { route: route("scoped"), token: "any", scope: "faas.lambda.invoke" },
            { route: route("scopedApp"), token: "application", scope: "faas.lambda.invoke" }
          ]
        })
      })
      const statuses = (token: string | undefined) =>
        Effect.forEach([...kinds, "default", "scoped", "scopedApp"], (kind) =>
          Effect.map(ask(sentinel, `${base}/${kind}`, withToken(token)), ({ status }) => status)
        )
      const nobody = [401, 401, 401, 200, 401, 401, 401]
      const { access_token, id_token, refresh_token } = yield* userToken(sentinel)
      const scoped = yield* appToken(sentinel, "near")
      const unscoped = yield* appToken(sentinel, "none")
      const foreign = yield* appToken(sentinel, "reader", otherAccount)

      assert.deepStrictEqual(yield* statuses(undefined), nobody)
      for (const wrong of ["wrong", "a.b.c", id_token, refresh_token, foreign]) {
        assert.deepStrictEqual(yield* statuses(wrong), nobody)
      }
      assert.deepStrictEqual(yield* statuses(access_token), [200, 200, 403, 200, 200, 200, 403])
      assert.deepStrictEqual(yield* statuses(scoped), [200, 403, 200, 200, 200, 200, 200])
      assert.deepStrictEqual(yield* statuses(unscoped), [200, 403, 200, 200, 200, 403, 403])

      yield* sentinel.control.clock.advance(Duration.hours(9))
      for (const expired of [access_token, scoped, unscoped]) assert.deepStrictEqual(yield* statuses(expired), nobody)
    })
  )

  it.effect("R100: the journal names the stub, whose token it was and why it was refused; faults can meet stubs", () =>
    Effect.gen(function* () {
      const sentinel = yield* Controlled.start({ config: withStubs({ faasGW: [{ route: route("lambdas") }] }) })
      const { faults, journal } = sentinel.control
      const last = Effect.map(journal.read({ limit: 1 }), ([entry]) => entry!)
      const { access_token } = yield* userToken(sentinel)

      yield* ask(sentinel, `${base}/lambdas`, withToken(access_token))
      const good = yield* last
      assert.deepInclude(good, { route: "stub", outcome: "ok", status: 200, account, user: "3552833710" })
      assert.strictEqual(good.steps[0]?.what, "stub of faasGW: GET /api/account/{account}/lambdas")
      yield* ask(sentinel, `${base}/lambdas`, withToken("a.b.c"))
      assert.deepInclude(yield* last, {
        route: "stub",
        outcome: "invalid_token",
        reason: "it is a JWT, and not an app token that this Sentinel has signed"
      })
      assert.notInclude(JSON.stringify(yield* journal.read()), access_token!)

      yield* faults.add({ match: { route: "stub" }, action: { type: "server-error", status: 503 }, times: 1 })
      assert.strictEqual((yield* ask(sentinel, `${base}/nothing`)).status, 404)
      assert.strictEqual((yield* ask(sentinel, `${base}/lambdas`)).status, 503)
      assert.strictEqual((yield* ask(sentinel, `${base}/lambdas`)).status, 401)
    })
  )

  it.effect(
    "R100: of several routes with a path the one answers that has a text where the others have a parameter",
    () =>
      Effect.gen(function* () {
        const routes = ["{a}/{b}", "{a}/y", "x/{b}", "x/y"]
        const running = yield* start({
          config: withStubs({ a: routes.map((rest) => ({ route: route(rest), token: "none", text: rest })) })
        })
        for (const [path, rest] of [
          ["1/2", "{a}/{b}"],
          ["1/y", "{a}/y"],
          ["x/2", "x/{b}"],
          ["x/y", "x/y"],
          ["%78/%79", "x/y"],
          ["x%2Fy/y", "{a}/y"]
        ]) {
          assert.strictEqual((yield* ask(running, `${base}/${path}`)).text, rest, path)
        }
      })
  )

  // A part of a path, and as it may be written.
  const literal = fc.stringMatching(/^[a-zA-Z0-9._~!$'()*+,=:@-]{1,8}$/).filter((text) => !/^\.+$|^account$/.test(text))
  const value = fc
    .string({ minLength: 1, maxLength: 8, unit: "binary" })
    .filter((text) => !/\p{Surrogate}/u.test(text) && !text.includes(";") && !/^\.+$/.test(text))
  const path = fc.array(
    fc.oneof(
      fc.record({ isParameter: fc.constant(false), text: literal }),
      fc.record({ isParameter: fc.constant(true), text: value })
    ),
    { maxLength: 6 }
  )

  const answers = (
    parts: ReadonlyArray<{ readonly isParameter: boolean; readonly text: string }>,
    escapesAll: boolean
  ) =>
    Effect.gen(function* () {
      const pattern = parts.map(({ isParameter, text }, index) => (isParameter ? `{p${index}}` : text))
      const written = parts.map(({ text }) =>
        escapesAll
          ? [...new TextEncoder().encode(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")
          : encodeURIComponent(text)
      )
      const running = yield* start({
        config: withStubs({ a: [{ route: route(["x", ...pattern].join("/")), token: "none", status: 299 }] })
      })
      const at = (...some: ReadonlyArray<string>) =>
        Effect.map(ask(running, [base, ...some].join("/")), ({ status }) => status)
      assert.strictEqual(yield* at("x", ...written), 299)
      assert.strictEqual(yield* at("x", ...written, "more"), 404)
      assert.strictEqual(yield* at("y", ...written), 404)
      if (written.length > 0) assert.strictEqual(yield* at("x", ...written.slice(1)), 404)
    }).pipe(Effect.scoped)

  it("R100: a route answers each path that it describes, however it is escaped, and no other length of it", async () => {
    await fc.assert(
      fc.asyncProperty(path, fc.boolean(), (parts, escapesAll) => Effect.runPromise(answers(parts, escapesAll))),
      { numRuns: 30 }
    )
  })
})

describe("the configuration of services and stubs", () => {
  const problems = (more: object) =>
    Effect.map(
      Effect.flip(
        SentinelConfig.fromUnknown({ accounts: [{ id: "12345678", users: [], installations: [], ...more }] })
      ),
      ({ problems }) => problems.map((problem) => problem.replace("accounts[0].", ""))
    )
  const ofStub = (stub: object) =>
    Effect.map(problems({ stubs: { faasGW: [stub] } }), (lines) =>
      lines.map((line) => line.replace("stubs.faasGW[0]", "it")).join("\n")
    )

  it.effect("R100: every mistake in a stub is named with its path", () =>
    Effect.gen(function* () {
      const good = { route: route("lambdas") }
      for (const [stub, expected] of [
        [{}, /^it\.route: is missing$/],
        [{ ...good, tokens: "any" }, /^it\.tokens: there is no such name here. Did you mean token\?$/],
        [{ ...good, token: "admin" }, /^it\.token: must be one of any, user, application, none$/],
        [{ ...good, token: "user", scope: "a" }, /^it\.scope: is for app tokens/],
        [{ ...good, scope: 'a"b' }, /^it\.scope: must be one scope/],
        [{ ...good, status: 101 }, /^it\.status: must be a status from 200 to 599$/],
        [{ ...good, json: 1, text: "1" }, /^it\.text: must not be there beside json$/],
        [{ ...good, json: 1, status: 204 }, /^it\.json: must not be there: 204 has no body$/],
        [{ ...good, text: "x".repeat(40_000) }, /^it\.text: must be a text of at most 32768 characters$/],
        [{ ...good, json: ["x".repeat(40_000)] }, /^it\.json: is longer than 32768 characters$/],
        [{ ...good, json: "\0" }, /^it\.json: has the character U\+0000$/],
        [{ ...good, json: JSON.parse("[".repeat(50) + "]".repeat(50)) }, /^it\.json: is nested deeper than 32 levels$/],
        [{ ...good, headers: { "content-length": "1" } }, /^it\.headers: must be up to 50 headers/],
        [{ route: "/api/account/{account}/a" }, /^it\.route: must be a method and a path, such as GET /],
        [{ route: "TRACE /api/account/{account}/a" }, /^it\.route: has a method that is not one of GET, POST/],
        [{ route: "GET /api/{account}/a" }, /^it\.route: must have \/account\/\{account\}\/ before/],
        [{ route: "GET /{v}/account/{account}/a" }, /^it\.route: must have \/account\/\{account\}\/ before/],
        [{ route: route("a/{account}") }, /^it\.route: has two parameters of the same name$/],
        [{ route: route("a/") }, /^it\.route: has an empty part/],
        [{ route: route("../a") }, /^it\.route: has an empty part, or one of dots alone$/],
        [{ route: route("a%20b") }, /^it\.route: has a part that is neither a \{parameter\} nor letters/],
        [{ route: route("x{a}") }, /^it\.route: has a part that is neither a \{parameter\} nor letters/],
        [{ route: route("a/".repeat(40) + "a") }, /^it\.route: must have at most 32 parts/],
        [{ route: route("a".repeat(600)) }, /^it\.route: must be at most 512 characters long$/]
      ] as const) {
        assert.match(yield* ofStub(stub), expected, JSON.stringify(stub).slice(0, 100))
      }
    })
  )

  it.effect("R100: a stub cannot shadow a route of Sentinel's own", () =>
    Effect.gen(function* () {
      for (const [path, own] of [
        ["/sentinel/api/account/{account}/anything", "below /sentinel"],
        ["/.well-known/account/{account}", "below /.well-known"],
        ["/api/account/{account}/service/{name}/baseURI", "own, /api/account/{accountId}/service/{service}/baseURI"],
        ["/csdr/account/{account}/service/baseURI.json", "own, /csdr/account/{accountId}/service/baseURI.json"],
        ["/api/account/{account}/configuration/le-users/users/7", "own, "],
        ["/api/account/{account}/configuration/le-agents/status-reasons", "own, "]
      ]) {
        for (const method of ["GET", "PUT"]) assert.include(yield* ofStub({ route: `${method} ${path}` }), own!)
      }
      // What is wider than a route of Sentinel's own answers everything else.
      const running = yield* start({
        config: withStubs({ a: [{ route: route("configuration/{a}/{b}"), token: "none", status: 299 }] })
      })
      assert.strictEqual((yield* ask(running, `${base}/configuration/le-users/users`)).status, 401)
      assert.strictEqual((yield* ask(running, `${base}/configuration/le-users/skills`)).status, 299)
    })
  )

  it.effect("R100: two stubs of an account cannot collide, and a service is here or elsewhere", () =>
    Effect.gen(function* () {
      const stubs = {
        a: [{ route: route("x/{one}") }, { route: route("x/{one}", "POST") }],
        b: [{ route: route("x/y") }, { route: route("x/{other}") }]
      }
      assert.deepStrictEqual(yield* problems({ stubs }), ["stubs.b[1].route: answers the same requests as stubs.a[0]"])
      assert.deepStrictEqual(yield* problems({ stubs: { a: stubs.a }, services: { a: "localhost:7000", c: "c" } }), [
        "services.a: is elsewhere, so the stubs of a would never answer. Remove one of the two"
      ])
    })
  )

  it.effect("R100, R95: names and hosts of services are checked, and there are not too many of anything", () =>
    Effect.gen(function* () {
      for (const host of ["http://localhost", "localhost:7000/path", "a b", "", "localhost:99999", "me@host"]) {
        assert.deepStrictEqual(yield* problems({ services: { faasGW: host } }), [
          "services.faasGW: must be a bare host such as localhost:7000, without scheme and path"
        ])
      }
      for (const name of ["", "1a", "a/b", "__proto__", "a".repeat(65)]) {
        const named = Object.fromEntries([[name, "localhost"]])
        assert.match(
          (yield* problems({ services: named })).join(),
          /^services: has a service whose name is not a letter/
        )
        const stubbed = Object.fromEntries([[name, []]])
        assert.match((yield* problems({ stubs: stubbed })).join(), /^stubs: has a service whose name is not a letter/)
      }
      const many = (count: number) => Array.from({ length: count }, (_, index) => index)
      const services = Object.fromEntries(many(201).map((index) => [`s${index}`, "localhost"]))
      assert.deepStrictEqual(yield* problems({ services }), ["services: has more than 200 services"])
      const list = many(1001).map((index) => ({ route: route(`x/${index}`) }))
      assert.deepStrictEqual(yield* problems({ stubs: { a: list } }), ["stubs: are more than 1000"])
      assert.deepStrictEqual(yield* problems({ stubs: { a: {} } }), ["stubs.a: must be a list"])
      assert.deepStrictEqual(yield* problems({ stubs: [] }), ["stubs: must be an object"])
    })
  )

  it.effect("R100: by a configuration of its own an account has services elsewhere", () =>
    Effect.gen(function* () {
      const running = yield* start({
        config: withStubs({}, { services: { faasGW: "localhost:7000", own: "api.example" } })
      })
      const hosts = JSON.parse((yield* ask(running, `${base}/service/baseURI?services=faasGW,own,sentinel`)).text)
      assert.deepStrictEqual(
        hosts.baseURIs.map(({ baseURI, service }: Record<string, string>) => [service, baseURI]),
        [
          ["sentinel", "localhost:4400"],
          ["faasGW", "localhost:7000"],
          ["own", "api.example"]
        ]
      )
      const other = yield* ask(running, `/csdr/account/${otherAccount}/service/faasGW/baseURI`)
      assert.strictEqual(JSON.parse(other.text).baseURI, "localhost:4400")
    })
  )
})
