import { assert, describe, it } from "@effect/vitest"
import * as Domains from "@le-auth/core/Domains"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import { Timeout, TokenError, Unavailable } from "@le-auth/core/TokenError"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { failureOf } from "../src/internal/repeatable.ts"
import { account, installation, json, layer, sentinelOrigin, Wire } from "./ScriptedSentinel.ts"

const context = { installation, sentinel: sentinelOrigin }
const refresh = SentinelClient.use((client) => client.refresh({ ...context, refreshToken: Redacted.make("r") }))
const down = () => new Response("", { status: 503 })
/** Sentinel says that it did nothing, and when to come again. */
const busy = () => new Response("", { status: 503, headers: { "retry-after": "1" } })

/** Runs it, and gives the seconds at which requests went out. */
const times = <A, E, R>(effect: Effect.Effect<A, E, R>, path: string) =>
  Effect.gen(function* () {
    const wire = yield* Wire
    const fiber = yield* Effect.forkChild(Effect.exit(effect))
    const seen: Array<number> = []
    for (let second = 0; second <= 70; second++) {
      yield* TestClock.adjust(second === 0 ? 0 : "1 second")
      while (seen.length < wire.to(path).length) seen.push(second)
    }
    return { seen, exit: yield* Fiber.join(fiber) }
  })

describe("D13: repetitions", () => {
  it.effect("5, 10 and 15 seconds after server errors, then it is final", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", busy, busy, busy, busy)
      const { exit, seen } = yield* times(refresh, "/token")
      assert.deepStrictEqual(seen, [0, 5, 15, 30])
      assert.strictEqual(exit._tag, "Failure")
    }).pipe(Effect.provide(layer))
  )

  it.effect("429: 5 seconds for the token endpoint, 1 second elsewhere, and what Retry-After says", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", json({}, 429))
      assert.deepStrictEqual((yield* times(refresh, "/token")).seen, [0, 5])
      wire.next("baseURI.json", json({}, 429))
      assert.deepStrictEqual((yield* times(Domains.resolve(account, "sentinel"), "baseURI.json")).seen, [0, 1])
      wire.sent.length = 0
      wire.next("/token", json({}, 429, { "retry-after": "12" }))
      assert.deepStrictEqual((yield* times(refresh, "/token")).seen, [0, 12])
      wire.sent.length = 0
      wire.next("/token", json({}, 429, { "retry-after": "3600" }))
      assert.deepStrictEqual((yield* times(refresh, "/token")).seen, [0])
    }).pipe(Effect.provide(layer))
  )

  it.effect("every 5xx for what can be asked twice", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const client = yield* SentinelClient
      for (const [path, call] of [
        ["/token/revoke", client.revoke({ ...context, refreshToken: Redacted.make("r") })],
        ["/app/token", client.appToken(context)],
        ["/jwks", client.keys(sentinelOrigin)]
      ] as const) {
        wire.next(path, json({}, 500), json({}, 503, { "retry-after": "20" }))
        assert.deepStrictEqual((yield* times(call, path)).seen, [0, 5, 25], path)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("none for another 4xx, none after a time-out, and none for a code exchange", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", json({ error: "invalid_request" }, 400))
      assert.deepStrictEqual((yield* times(refresh, "/token")).seen, [0])
      wire.sent.length = 0
      wire.next("/token", () => Effect.never)
      assert.deepStrictEqual((yield* times(refresh, "/token")).seen, [0])
      wire.sent.length = 0
      const exchange = SentinelClient.use((client) => client.exchange({ ...context, code: Redacted.make("c") }))
      wire.next("/token", down)
      assert.deepStrictEqual((yield* times(exchange, "/token")).seen, [0])
    }).pipe(Effect.provide(layer))
  )

  const byStatus = [
    // status, Retry-After, and whether the request goes out again: refresh, revocation, app token, look-up, keys
    [429, undefined, true, true, true, true, true],
    [429, "2", true, true, true, true, true],
    [500, undefined, false, true, true, true, true],
    [502, "2", false, true, true, true, true],
    [503, undefined, false, true, true, true, true],
    [503, "soon", false, true, true, true, true],
    [503, "2", true, true, true, true, true],
    [503, "Thu, 01 Jan 1970 00:00:02 GMT", true, true, true, true, true],
    [504, "2", false, true, true, true, true],
    [400, "2", false, false, false, false, false],
    [404, undefined, false, false, false, false, false]
  ] as const
  it.effect.each(byStatus)("after %s with Retry-After %s", ([status, retryAfter, ...expected]) =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const answer = () =>
        new Response("", { status, headers: retryAfter === undefined ? {} : { "retry-after": retryAfter } })
      const refreshToken = Redacted.make("r")
      const calls = [
        [refresh, "/token"],
        [SentinelClient.use((client) => client.revoke({ ...context, refreshToken })), "/token/revoke"],
        [SentinelClient.use((client) => client.appToken(context)), "/app/token"],
        [Domains.resolve(account, "sentinel"), "baseURI.json"],
        [SentinelClient.use((client) => client.keys(sentinelOrigin)), "/jwks"]
      ] as const
      for (const [index, [call, path]] of calls.entries()) {
        wire.sent.length = 0
        wire.next(path, answer)
        const { seen } = yield* times(call as Effect.Effect<unknown, unknown, SentinelClient | Domains.Domains>, path)
        assert.strictEqual(seen.length, expected[index] ? 2 : 1, path)
      }
      wire.sent.length = 0
      const exchange = SentinelClient.use((client) => client.exchange({ ...context, code: Redacted.make("c") }))
      wire.next("/token", answer)
      assert.strictEqual((yield* times(exchange, "/token")).seen.length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("an application may say that its Sentinel does not rotate; a time-out stays final", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", down)
      const error = yield* Effect.provideService(Effect.flip(refresh), RetryPolicy.Current, RetryPolicy.none)
      assert.isUndefined(failureOf(error))
      assert.deepStrictEqual(failureOf(error, { doesNotRotate: true }), { _tag: "ServerError", retryAfter: undefined })
      const late = new TokenError({ operation: "refresh", reason: new Timeout() })
      const broken = new Unavailable({ problem: "the connection broke", sent: true })
      assert.isUndefined(failureOf(late, { doesNotRotate: true }))
      assert.isUndefined(failureOf(new TokenError({ operation: "refresh", reason: broken }), { doesNotRotate: true }))
      const none = new Unavailable({ problem: "no connection could be made", sent: false })
      assert.deepStrictEqual(failureOf(new TokenError({ operation: "refresh", reason: none })), {
        _tag: "ServerError",
        retryAfter: undefined
      })
      assert.isUndefined(failureOf(new TokenError({ operation: "exchange", reason: none })))
    }).pipe(Effect.provide(layer))
  )

  it.effect("waiting for the next attempt can be interrupted at once", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", busy)
      const fiber = yield* Effect.forkChild(refresh)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(wire.to("/token").length, 1)
    }).pipe(Effect.provide(layer))
  )
})
