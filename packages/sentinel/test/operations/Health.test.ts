import { assert, describe, it } from "@effect/vitest"
import { StoreError } from "@le-auth/core/StoreError"
import { Stopping } from "@le-auth/sentinel/Stopping"
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { type Running, start } from "../Harness.ts"

const read = Effect.fnUntraced(function* (sentinel: Running, path: string) {
  const response = yield* sentinel.fetch(path)
  const text = yield* Effect.promise(() => response.text())
  return { status: response.status, text, json: JSON.parse(text), headers: response.headers }
})

/** A store whose look-ups do what the test says. */
const storeThat = Effect.fnUntraced(function* (findSession: SentinelStore["Service"]["findSession"]) {
  return SentinelStore.of({ ...(yield* Effect.provide(SentinelStore, layerMemory)), findSession })
})

const broken = new StoreError({ store: "session store", operation: "find", cause: new Error("planted-dsn-password") })

describe("health", () => {
  it.effect("R92: is green while everything works, and is not kept by any cache", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const live = yield* read(sentinel, "/health/live")
      assert.deepStrictEqual([live.status, live.json], [200, { status: "alive" }])
      assert.strictEqual(live.headers.get("cache-control"), "no-store")
      const ready = yield* read(sentinel, "/health/ready")
      assert.deepStrictEqual([ready.status, ready.json], [200, { status: "ready" }])
      assert.strictEqual((yield* sentinel.fetch("/health/ready", { method: "HEAD" })).status, 200)
      const post = yield* sentinel.fetch("/health/ready", { method: "POST" })
      assert.deepStrictEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD"])
    })
  )

  it.effect("R92: ready is red with the reason while the store fails, and green again after; live never asks it", () =>
    Effect.gen(function* () {
      let fails = true
      const working = yield* Effect.provide(SentinelStore, layerMemory)
      const store = yield* storeThat((id, now) => (fails ? Effect.fail(broken) : working.findSession(id, now)))
      const sentinel = yield* start({ store })
      assert.strictEqual((yield* read(sentinel, "/health/live")).status, 200)
      const red = yield* read(sentinel, "/health/ready")
      assert.strictEqual(red.status, 503)
      assert.include(red.json.reason, "The session store is unavailable")
      assert.notInclude(red.text, "planted-dsn-password")
      fails = false
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* read(sentinel, "/health/ready")).status, 200)
    })
  )

  it.effect("R92: a store that does not answer makes it red after two seconds", () =>
    Effect.gen(function* () {
      const asked = yield* Latch.make()
      const store = yield* storeThat(() => Effect.andThen(asked.open, Effect.never))
      const sentinel = yield* start({ store })
      const fiber = yield* Effect.forkChild(read(sentinel, "/health/ready"))
      yield* asked.await
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      yield* TestClock.adjust("2 seconds")
      const red = yield* Fiber.join(fiber)
      assert.deepStrictEqual([red.status, red.json.reason], [503, "The store did not answer within 2 seconds."])
    })
  )

  it.effect("R92: however often somebody asks, the store is asked once a second", () =>
    Effect.gen(function* () {
      let asked = 0
      const working = yield* Effect.provide(SentinelStore, layerMemory)
      const store = yield* storeThat((id, now) => Effect.suspend(() => (asked++, working.findSession(id, now))))
      const sentinel = yield* start({ store })
      for (let n = 0; n < 20; n++) yield* read(sentinel, "/health/ready")
      assert.strictEqual(asked, 1)
      yield* TestClock.adjust("1 second")
      yield* read(sentinel, "/health/ready")
      assert.strictEqual(asked, 2)
    })
  )

  it.effect("R93: ready is red from the moment on in which Sentinel begins to stop; live is not", () =>
    Effect.gen(function* () {
      const state = { hasBegun: false }
      const sentinel = yield* start({ settings: Layer.succeed(Stopping, state) })
      assert.strictEqual((yield* read(sentinel, "/health/ready")).status, 200)
      state.hasBegun = true
      const red = yield* read(sentinel, "/health/ready")
      assert.deepStrictEqual([red.status, red.json.reason], [503, "Sentinel is stopping."])
      assert.strictEqual((yield* read(sentinel, "/health/live")).status, 200)
    })
  )
})
