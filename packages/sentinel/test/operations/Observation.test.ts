import { assert, describe, it } from "@effect/vitest"
import { AccessLog } from "@le-auth/sentinel/AccessLog"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  agent,
  answerOf,
  application,
  authorizePath,
  browser,
  clientId,
  secret,
  signedIn,
  start,
  tokenPath
} from "../Harness.ts"

const watched = () => ({
  metrics: true,
  settings: Layer.mergeAll(Layer.succeed(AccessLog, true), Layer.succeed(Metric.MetricRegistry, new Map()))
})

const textOf = (response: Response) => Effect.promise(() => response.text())

const requestLines = (lines: ReadonlyArray<string>) =>
  lines.map((line) => JSON.parse(line)).filter(({ message }) => message[0] === "request")

describe("the id of a request", () => {
  it.effect("R94: is in the answer, on the error page and in both log lines", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(watched())
      const page = yield* sentinel.fetch(authorizePath({ client_id: "unknown" }), { headers: { accept: "text/html" } })
      const id = page.headers.get("x-request-id")!
      assert.match(id, /^[0-9a-f]{16}$/)
      assert.include(yield* textOf(page), `<code>${id}</code>`)
      const [refused, request] = sentinel.lines.map((line) => JSON.parse(line))
      assert.strictEqual(refused.annotations.requestId, id)
      assert.strictEqual(request.message[1].requestId, id)
      const good = yield* sentinel.fetch(authorizePath())
      assert.match(good.headers.get("x-request-id")!, /^[0-9a-f]{16}$/)
      assert.notStrictEqual(good.headers.get("x-request-id"), id)
    })
  )

  it.effect("R94: is that of a proxy if it is well-formed, and nothing else", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(watched())
      const idFor = (given: string) =>
        Effect.map(sentinel.fetch("/nothing", { headers: { "x-request-id": given } }), (response) =>
          response.headers.get("x-request-id")
        )
      for (const good of ["4bf92f3577b34da6", "0af7651916cd43dd-8448_eb211c80319c", "a".repeat(64)]) {
        assert.strictEqual(yield* idFor(good), good)
      }
      for (const bad of [
        "short",
        "a".repeat(65),
        "with space in it",
        "<script>alert(1)",
        "-leading-dash",
        "a,b,c,d,e,f,g"
      ]) {
        assert.match((yield* idFor(bad))!, /^[0-9a-f]{16}$/, bad)
      }
    })
  )
})

describe("the log", () => {
  it.effect("has one line for each request, with route, status, duration, account and application", () =>
    Effect.gen(function* () {
      const { sentinel } = yield* signedIn(watched())
      const lines = requestLines(sentinel.lines).map(({ message: [, { durationMs, requestId, ...rest }] }) => {
        assert.isAtLeast(durationMs, 0)
        assert.match(requestId, /^[0-9a-f]{16}$/)
        return rest
      })
      const known = { account, client: clientId }
      const authorize = "/sentinel/api/account/:accountId/authorize"
      assert.deepStrictEqual(lines, [
        { method: "GET", route: authorize, status: 302, ...known },
        { method: "GET", route: "/sentinel/login", status: 200 },
        { method: "POST", route: "/sentinel/login", status: 303, ...known },
        { method: "POST", route: "/sentinel/api/account/:accountId/token", status: 200, ...known }
      ])
    })
  )

  it.effect("is off unless it is asked for, and never about probes", () =>
    Effect.gen(function* () {
      const quiet = yield* start()
      yield* quiet.fetch(authorizePath())
      assert.deepStrictEqual(quiet.lines, [])
      const sentinel = yield* start(watched())
      for (const path of ["/health/live", "/health/ready", "/metrics"]) {
        assert.strictEqual((yield* sentinel.fetch(path)).status, 200)
      }
      assert.deepStrictEqual(sentinel.lines, [])
    })
  )

  it.effect("a claimed application is not named, and a line stays a line", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(watched())
      const evil = 'x%0d%0a{"level":"ERROR"}%E2%80%AE'
      yield* sentinel.fetch(`/sentinel/api/account/${account}/authorize?client_id=${evil}&state=${evil}`)
      yield* sentinel.fetch(`/sentinel/api/account/${evil}/authorize?client_id=${clientId}`)
      yield* sentinel.fetch(`/${evil}`, { headers: { accept: "text/html" } })
      for (const line of sentinel.lines) assert.notMatch(line, /[\r\n]/)
      for (const { message } of requestLines(sentinel.lines)) assert.notProperty(message[1], "client")
      assert.notInclude(JSON.stringify(requestLines(sentinel.lines)), "ERROR")
    })
  )
})

describe("metrics", () => {
  const metricsOf = (sentinel: Effect.Success<ReturnType<typeof start>>) =>
    Effect.flatMap(sentinel.fetch("/metrics"), textOf)

  it.effect("count requests by route, method and status, with durations by the clock", () =>
    Effect.gen(function* () {
      const { sentinel } = yield* signedIn(watched())
      const response = yield* sentinel.fetch("/metrics")
      assert.strictEqual(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
      const text = yield* textOf(response)
      const token = 'route="/sentinel/api/account/:accountId/token",method="POST"'
      assert.include(text, `sentinel_http_requests_total{${token},status="200"} 1\n`)
      assert.include(text, `sentinel_http_request_duration_seconds_count{${token}} 1\n`)
      assert.include(text, "# TYPE sentinel_http_requests_total counter\n")
      // Only the request for the metrics is under way.
      assert.include(text, "sentinel_http_requests_in_flight 1\n")
    })
  )

  it.effect("count sign-ins, codes, tokens and revocations by account, and refusals by error", () =>
    Effect.gen(function* () {
      const { app, code, sentinel, tokens } = yield* signedIn(watched())
      yield* app.exchange(code)
      yield* app.refresh(tokens["refresh_token"])
      yield* app.refresh("unknown")
      yield* app.revoke(tokens["access_token"])
      const text = yield* metricsOf(sentinel)
      for (const line of [
        `sign_ins_total{account="${account}",outcome="created"} 1`,
        `codes_total{account="${account}",outcome="issued"} `,
        `code_exchanges_total{account="${account}",outcome="won"} 1`,
        `code_exchanges_total{account="${account}",outcome="lost"} 1`,
        `refreshes_total{account="${account}",outcome="missing"} `,
        `revocations_total{account="${account}",outcome=`,
        'refusals_total{route="/sentinel/api/account/:accountId/token",error="invalid_grant"} '
      ]) {
        assert.include(text, `\nsentinel_${line}`)
      }
    })
  )

  it.effect("count what no route takes by the status of its answer, and as refused", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(watched())
      const absent = yield* sentinel.fetch("/nothing-here")
      const unknown = yield* sentinel.fetch("/nothing-here", { method: "DELETE" })
      assert.deepStrictEqual([absent.status, unknown.status], [404, 501])
      const text = yield* metricsOf(sentinel)
      for (const line of [
        'http_requests_total{route="none",method="GET",status="404"} 1',
        'http_requests_total{route="none",method="DELETE",status="501"} 1',
        'refusals_total{route="none",error="not_found"} 1',
        'refusals_total{route="none",error="invalid_request"} 1'
      ]) {
        assert.include(text, `\nsentinel_${line}\n`)
      }
    })
  )

  it.effect("count wrong passwords", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(watched())
      const user = browser(sentinel)
      const page = yield* user.open(authorizePath())
      yield* user.submit({ ...page.form, username: agent.username, password: "wrong" })
      const text = yield* metricsOf(sentinel)
      assert.include(text, 'sentinel_refusals_total{route="/sentinel/login",error="wrong_credentials"} 1\n')
      assert.strictEqual(requestLines(sentinel.lines).at(-1).message[1].error, "wrong_credentials")
    })
  )

  it.effect("whatever is asked for, the number of series stays the same", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(watched())
      const ask = (n: number) =>
        Effect.all([
          sentinel.fetch(`/nothing/${n}`),
          sentinel.fetch(authorizePath({ client_id: `unknown${n}`, state: `s${n}` }, `9${n}`)),
          sentinel.fetch(tokenPath(`8${n}`), { method: "POST", body: new URLSearchParams({ client_id: `c${n}` }) }),
          sentinel.fetch("/sentinel/login", { headers: { "x-request-id": `request-${n}` } })
        ])
      const series = Effect.map(metricsOf(sentinel), (text) => text.split("\n").length)
      yield* ask(0)
      yield* series
      const before = yield* series
      yield* Effect.forEach(Array.from({ length: 50 }), (_, n) => ask(n + 1))
      assert.strictEqual(yield* series, before)
    })
  )

  it.effect("are not there unless they are asked for", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* (yield* start()).fetch("/metrics")).status, 404)
    })
  )
})

describe("secrets", () => {
  it.effect("none that is planted is in the log or in the metrics", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(watched())
      const user = browser(sentinel)
      const app = application(sentinel)
      const state = "planted-state-0123456789"
      const wrong = "planted-password-of-somebody"
      const page = yield* user.open(authorizePath({ state }))
      yield* user.submit({ ...page.form, username: agent.username, password: wrong })
      const answer = answerOf(yield* user.submit({ ...page.form, ...agent }))
      const code = answer.get("code")!
      const { json } = yield* app.exchange(code)
      yield* app.exchange(code)
      yield* app.refresh(json["refresh_token"])
      yield* app.refresh("planted-refresh-token")
      yield* app.revoke(json["access_token"])
      yield* sentinel.fetch(`/sentinel/api/account/${account}/token?client_secret=${secret}`, { method: "POST" })
      yield* sentinel.fetch(authorizePath({ client_id: "unknown", state }))
      yield* TestClock.adjust("1 second")
      const text = [...sentinel.lines, yield* Effect.flatMap(sentinel.fetch("/metrics"), textOf)].join("\n")
      const planted = [state, wrong, secret, code, "planted-refresh-token", page.form.request, page.form.token]
      for (const value of [
        ...planted,
        ...user.jar.values(),
        ...["access_token", "refresh_token", "id_token"].map((name) => json[name]!)
      ]) {
        assert.notInclude(text, value)
      }
    })
  )
})
