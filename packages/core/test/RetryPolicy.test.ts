import { assert, describe, it } from "@effect/vitest"
import * as Domains from "@le-auth/core/Domains"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { account, installation, json, layer, sentinelOrigin, Wire } from "./ScriptedSentinel.ts"

const endpoint = { installation, sentinel: sentinelOrigin }
const refresh = SentinelClient.use((client) => client.refresh({ ...endpoint, refreshToken: Redacted.make("r") }))
const down = json({}, 503, { "retry-after": "1" })

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
      wire.next("/token", down, down, down, down)
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
        ["/token/revoke", client.revoke({ ...endpoint, refreshToken: Redacted.make("r") })],
        ["/app/token", client.appToken(endpoint)],
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
      const exchange = SentinelClient.use((client) => client.exchange({ ...endpoint, code: Redacted.make("c") }))
      wire.next("/token", down)
      assert.deepStrictEqual((yield* times(exchange, "/token")).seen, [0])
    }).pipe(Effect.provide(layer))
  )

  it.effect("waiting for the next attempt can be interrupted at once", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", down)
      const fiber = yield* Effect.forkChild(refresh)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(wire.to("/token").length, 1)
    }).pipe(Effect.provide(layer))
  )
})
