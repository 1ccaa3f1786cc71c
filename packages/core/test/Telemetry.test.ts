import { assert, describe, it } from "@effect/vitest"
import * as AppTokens from "@le-auth/core/AppTokens"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import * as SignIn from "@le-auth/core/SignIn"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import {
  account,
  callbackOf,
  installation,
  json,
  layer,
  oauthError,
  otherAccount,
  sentinelOrigin,
  signIn,
  Wire
} from "./ScriptedSentinel.ts"

/** A tracer that keeps its spans, as an exporter would. */
const recording = () => {
  const spans: Array<Tracer.Span> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return { spans, tracer }
}

const outcomes = Effect.map(Metric.snapshot, (all) =>
  all
    .filter(({ id }) => id === "le_auth_operations")
    .map(({ attributes, state }) => [
      attributes?.["operation"],
      attributes?.["account"],
      attributes?.["outcome"],
      (state as { readonly count: number }).count
    ])
)

/** Every operation once, and most ways in which they fail; gives what came out of them. */
const everything = Effect.gen(function* () {
  const wire = yield* Wire
  const sessions = yield* Sessions.Sessions
  const results: Array<unknown> = []
  const note = <A, E>(exit: Exit.Exit<A, E>) => {
    results.push(exit)
    if (Exit.isFailure(exit)) results.push(Cause.pretty(exit.cause), Cause.squash(exit.cause))
  }
  const run = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.map(Effect.exit(effect), note)

  const started = yield* SignIn.start({ returnTo: "/inbox" })
  const completed = yield* SignIn.complete(callbackOf(started))
  results.push(started.binding, completed, wire.sent.length)
  const { key } = completed.session
  yield* run(SignIn.complete(callbackOf(started)))
  // For a minute the same callback gives the same again.
  yield* TestClock.adjust("61 seconds")
  yield* run(SignIn.complete(callbackOf(started)))
  yield* run(SignIn.complete(callbackOf(yield* SignIn.start(), { error: "access_denied" })))
  for (const answer of [
    oauthError("invalid_grant"),
    json({}, 429),
    () => new Response("planted-html", { status: 200, headers: { "content-type": "text/html" } }),
    (sent: { readonly form: URLSearchParams }) => new Response(`<pre>${sent.form}</pre>`, { status: 400 })
  ]) {
    wire.next("/token", answer)
    yield* run(SignIn.complete(callbackOf(yield* SignIn.start())))
  }
  yield* run(sessions.accessToken(key))
  // A session whose tokens came just now is given as it is.
  yield* TestClock.adjust("6 seconds")
  yield* run(sessions.refresh(key))
  yield* run(sessions.renew(key, { unless: completed.session.accessToken }))
  yield* run(SentinelClient.use((client) => client.appToken({ installation, sentinel: sentinelOrigin })))
  const appToken = yield* AppTokens.token()
  results.push(appToken)
  yield* run(AppTokens.token())
  wire.next("/app/token", (sent) => new Response(`<pre>${sent.form}</pre>`, { status: 400 }))
  yield* run(AppTokens.renew({ unless: appToken }))
  yield* run(AppTokens.renew({ unless: appToken }))
  yield* TestClock.adjust("1 hour")
  const asApplication = yield* AppTokens.authorized(yield* HttpClient.HttpClient, { scheme: "none" })
  yield* run(asApplication.get("https://evil.example/x"))
  yield* run(asApplication.get("https://api-12345678.liveperson.net/things"))
  yield* run(AppTokens.token(otherAccount))
  // It is due, and cannot be had.
  yield* TestClock.adjust("6 hours")
  wire.next("/app/token", (sent) => new Response(`<pre>${sent.form}</pre>`, { status: 500 }))
  yield* run(AppTokens.token())
  yield* Effect.yieldNow
  const authorized = sessions.authorized(yield* HttpClient.HttpClient, key)
  yield* run(authorized.get("https://evil.example/x"))
  yield* run(authorized.get("https://api-12345678.liveperson.net/things"))
  yield* run(sessions.current(key))
  yield* run(sessions.revokeEverywhere(key))
  yield* run(sessions.forget(key))
  yield* run(sessions.accessToken(key))
  return results
})

describe("telemetry", () => {
  it.effect("each operation has a span with account and outcome, and is counted", () => {
    const { spans, tracer } = recording()
    return Effect.gen(function* () {
      yield* everything
      const seen = spans.map(({ attributes, name }) => [
        name,
        attributes.get("le_auth.account"),
        attributes.get("le_auth.outcome")
      ])
      for (const expected of [
        ["SignIn.start", account, "success"],
        ["SignIn.complete", account, "success"],
        ["SignIn.complete", "unknown", "UnknownTransaction"],
        ["SignIn.complete", account, "Denied"],
        ["SignIn.complete", account, "InvalidGrant"],
        ["SentinelClient.exchange", account, "RateLimited"],
        ["SentinelClient.exchange", account, "BadResponse"],
        ["Domains.resolve", account, "success"],
        ["SentinelClient.keys", "unknown", "success"],
        ["Sessions.accessToken", account, "NotSignedIn"],
        ["Sessions.refresh", account, "success"],
        ["Sessions.renew", account, "success"],
        ["SentinelClient.appToken", account, "success"],
        ["SentinelClient.appToken", account, "Unavailable"],
        ["AppTokens.token", account, "success"],
        ["AppTokens.token", otherAccount, "UnknownInstallation"],
        ["AppTokens.renew", account, "BadResponse"],
        ["AppTokens.renew", account, "success"],
        ["Sessions.revokeEverywhere", account, "success"],
        ["SentinelClient.refresh", account, "success"],
        ["SentinelClient.revoke", account, "success"],
        ["Sessions.forget", account, "success"]
      ])
        assert.deepInclude(seen, expected)
      const exchange = spans.find(({ name }) => name === "SentinelClient.exchange")!
      assert.strictEqual((exchange.parent as { readonly value?: Tracer.Span }).value?.name, "SignIn.complete")

      const counted = yield* outcomes
      assert.deepInclude(counted, ["SignIn.complete", account, "InvalidGrant", 1])
      assert.isAtLeast(
        Number(counted.find(([name, , outcome]) => name === "SignIn.start" && outcome === "success")?.[3]),
        6
      )
    }).pipe(Effect.provide(layer), Effect.withTracer(tracer), Effect.provideService(Metric.MetricRegistry, new Map()))
  })

  it.effect("H1, H2, J4: nothing planted comes out: logs at all levels, spans, metrics, inspect, JSON, causes", () => {
    const { spans, tracer } = recording()
    const lines: Array<unknown> = []
    const loggers = Logger.layer([
      Logger.map(Logger.formatJson, (line) => void lines.push(line)),
      Logger.map(Logger.formatLogFmt, (line) => void lines.push(line)),
      Logger.make(({ cause, message }) => void lines.push(inspect(message, { depth: 10 }), Cause.pretty(cause)))
    ])
    return Effect.gen(function* () {
      const results = yield* everything
      yield* Effect.logError("all of it", ...results)
      yield* TestClock.adjust("1 minute")
      const out = [
        ...lines.map((line) => (typeof line === "string" ? line : inspect(line, { depth: 10 }))),
        ...results.flatMap((result) => [
          inspect(result, { depth: 20, showHidden: true }),
          JSON.stringify(result),
          String(result)
        ]),
        ...spans.map((span) => inspect(span, { depth: 10 })),
        inspect(yield* Metric.snapshot, { depth: 10 })
      ].join("\n")
      assert.isAbove(out.length, 10_000)
      // The search itself works.
      assert.include(out, "3552833710")
      assert.notInclude(out, "planted")
    }).pipe(
      Effect.provide(Layer.mergeAll(layer, loggers)),
      Effect.provideService(References.MinimumLogLevel, "Trace"),
      Effect.withTracer(tracer)
    )
  })

  it.effect("without a tracer nothing but the metrics is made", () =>
    Effect.gen(function* () {
      yield* signIn
      assert.deepInclude(yield* outcomes, ["SignIn.complete", account, "success", 1])
    }).pipe(Effect.provide(layer), Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})
