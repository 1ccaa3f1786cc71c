import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as IdToken from "@le-auth/core/IdToken"
import { Origin } from "@le-auth/core/Origin"
import { RequestLimits } from "@le-auth/core/RequestLimits"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as KeySets from "@le-auth/core/KeySets"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { generateKeyPairSync } from "node:crypto"
import { installation, json, jwks, jwt, layer as wireLayer, sentinelOrigin, Wire } from "./ScriptedSentinel.ts"

const kid = "idtoken-22-11-26"
const origin = (name: string) => Origin.make(`https://${name}.liveperson.net`)
const keysFor = (sentinel: Origin, wanted: string | undefined = kid) =>
  KeySets.KeySets.use((keys) => keys.keysFor(sentinel, wanted))
const down = () => new Response("", { status: 503 })

const layer = Layer.provideMerge(KeySets.layer, wireLayer)

/** Runs it for a while, and gives what came of it and the milliseconds after which it came. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const exit = yield* Effect.exit(effect)
    return { exit, after: (yield* Clock.currentTimeMillis) - start }
  })

describe("KeySets", () => {
  it.effect("E5: one silent Sentinel does not hold up the others, and is asked once for all callers", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const silent = Layer.succeed(
        SentinelClient,
        SentinelClient.of({
          keys: (sentinel: Origin) =>
            Effect.suspend(() => {
              asked.push(sentinel)
              return sentinel === origin("silent") ? Effect.never : Effect.succeed(jwks)
            })
        } as never)
      )
      yield* Effect.gen(function* () {
        const waiting = yield* Effect.forkChild(
          Effect.all(
            Array.from({ length: 20 }, () => timed(Effect.uninterruptible(keysFor(origin("silent"))))),
            { concurrency: "unbounded" }
          )
        )
        yield* TestClock.adjust(0)
        for (let index = 0; index < 9; index++) yield* keysFor(origin(`quick${index}`))
        yield* TestClock.adjust("5 seconds")
        const waited = yield* Fiber.join(waiting)
        for (const { after, exit } of waited) {
          assert.strictEqual(after, 5000)
          assert.strictEqual(exit._tag, "Failure")
        }
        // The failure is remembered for some seconds: no caller waits in that time.
        assert.strictEqual((yield* timed(keysFor(origin("silent")))).after, 0)
        assert.strictEqual(asked.filter((sentinel) => sentinel === origin("silent")).length, 1)
        yield* TestClock.adjust("30 seconds")
        const again = yield* Effect.forkChild(timed(keysFor(origin("silent"))))
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual((yield* Fiber.join(again)).after, 5000)
        assert.strictEqual(asked.filter((sentinel) => sentinel === origin("silent")).length, 2)
      }).pipe(Effect.provide(Layer.provide(KeySets.layer, silent)))
    })
  )

  it.effect("E5: a caller's own limit ends their wait, not the attempt", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/jwks", () => Effect.as(Effect.sleep("3 seconds"), json(jwks)()))
      const impatient = Effect.provideService(keysFor(sentinelOrigin), RequestLimits, {
        timeout: "1 second",
        maximumBodySize: "1 MiB"
      })
      const first = yield* Effect.forkChild(timed(impatient))
      const second = yield* Effect.forkChild(timed(keysFor(sentinelOrigin)))
      yield* TestClock.adjust("4 seconds")
      const [gaveUp, waited] = [yield* Fiber.join(first), yield* Fiber.join(second)]
      assert.deepStrictEqual([gaveUp.after, gaveUp.exit._tag], [1000, "Failure"])
      assert.deepStrictEqual([waited.after, waited.exit._tag], [3000, "Success"])
      assert.strictEqual(wire.to("/jwks").length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("E5: an interrupted caller leaves the attempt to the others", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/jwks", () => Effect.as(Effect.sleep("1 second"), json(jwks)()))
      const first = yield* Effect.forkChild(keysFor(sentinelOrigin))
      const second = yield* Effect.forkChild(keysFor(sentinelOrigin))
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual((yield* Fiber.join(second)).keys.length, 1)
      assert.strictEqual(wire.to("/jwks").length, 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("E5: in an outage the last good set goes on for 24 hours: it verifies, and it refuses", () => {
    const warnings: Array<string> = []
    const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
    return Effect.gen(function* () {
      const wire = yield* Wire
      const broken = Array.from({ length: 2000 }, () => down)
      const verify = (token: string) =>
        Effect.flatMap(keysFor(sentinelOrigin, IdToken.keyId(Redacted.make(token))), (keys) =>
          IdToken.verify({ token: Redacted.make(token), clientId: installation.clientId, keys })
        )
      const claims = { sub: "1", aud: installation.clientId, iss: "sentinel", iat: 0, exp: 1_000_000 }
      yield* verify(jwt(claims))
      wire.next("/jwks", ...broken)
      const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
      for (let hour = 0; hour < 23; hour++) {
        yield* TestClock.adjust("1 hour")
        assert.strictEqual((yield* verify(jwt(claims)))._tag, "VerifiedClaims")
        const forged = jwt(claims, { alg: "RS256", kid }, stranger)
        assert.strictEqual((yield* Effect.flip(verify(forged)))._tag, "IdTokenError")
      }
      assert.strictEqual(warnings.filter((text) => text.includes("stay in use")).length, 1)
      // A key that the last good set lacks is unknown, and not the end of the set.
      const unknown = yield* keysFor(sentinelOrigin, "rotated")
      assert.strictEqual(unknown.keys.length, 1)
      yield* TestClock.adjust("61 minutes")
      assert.strictEqual((yield* Effect.flip(keysFor(sentinelOrigin)))._tag, "TokenError")
    }).pipe(Effect.provide(Layer.mergeAll(layer, NodeCrypto.layer, logger)))
  })

  it.effect("E5: with a good set no caller waits long for a newer one, which counts once it is there", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      yield* keysFor(sentinelOrigin)
      yield* TestClock.adjust("11 minutes")
      wire.next("/jwks", () => Effect.as(Effect.sleep("3 seconds"), json({ keys: [{ kty: "RSA", kid: "new" }] })()))
      const stale = yield* Effect.forkChild(timed(keysFor(sentinelOrigin)))
      yield* TestClock.adjust("2 seconds")
      const { after, exit } = yield* Fiber.join(stale)
      assert.deepStrictEqual([after, exit._tag], [1000, "Success"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* keysFor(sentinelOrigin, "new"), { keys: [{ kty: "RSA", kid: "new" }] })
      assert.strictEqual(wire.to("/jwks").length, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("E5: of more Sentinels than are remembered the oldest is asked again", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      for (let index = 0; index < 1001; index++) yield* keysFor(origin(`s${index}`))
      yield* keysFor(origin("s1000"))
      assert.strictEqual(wire.to("/jwks").length, 1001)
      yield* keysFor(origin("s0"))
      assert.strictEqual(wire.to("/jwks").length, 1002)
    }).pipe(Effect.provide(layer))
  )
})
