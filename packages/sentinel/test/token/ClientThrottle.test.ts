import { assert, describe, it } from "@effect/vitest"
import * as ClientThrottle from "@le-auth/sentinel/token/ClientThrottle"
import { OAuthFailure } from "@le-auth/sentinel/token/OAuthFailure"
import { UrlParameters } from "@le-auth/core/UrlParameters"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { account, application, clientId, manyClientId, secret, signedIn, start } from "../Harness.ts"

const installation = { clientId: "c" } as never

/** Clients at addresses; the secret is "right". */
const make = () => {
  const authenticate = ClientThrottle.make((_, body) =>
    body.get("client_secret") === "right"
      ? Effect.succeed(installation)
      : Effect.fail(new OAuthFailure({ error: "invalid_client", description: "no" }))
  )
  return (address: string, client_secret: string, client_id = "c", headers: Record<string, string> = {}) => {
    const web = new Request("http://localhost/token", { method: "POST", headers })
    const request = HttpServerRequest.fromWeb(web).modify({ remoteAddress: Option.some(address) })
    const incoming = { request, accountId: account, path: {}, query: UrlParameters.fromSearch(""), search: "" }
    const body = UrlParameters.fromSearch(new URLSearchParams({ client_id, client_secret }).toString())
    return Effect.map(Effect.result(authenticate(incoming, body, { status: 400, inQuery: false })), (result) =>
      result._tag === "Success" ? "in" : result.failure.status === 429 ? "wait" : "out"
    )
  }
}

const times = <A>(count: number, effect: Effect.Effect<A>) =>
  Effect.map(
    Effect.forEach(Array.from({ length: count }), () => effect),
    (results) => new Set(results)
  )

describe("ClientThrottle", () => {
  it.effect("R58: after ten failures of an application each next one doubles the wait, for the right secret, too", () =>
    Effect.gen(function* () {
      const authenticate = make()
      assert.deepStrictEqual(yield* times(10, authenticate("192.0.2.1", "wrong")), new Set(["out"]))
      assert.strictEqual(yield* authenticate("192.0.2.1", "right"), "wait")
      assert.strictEqual(yield* authenticate("192.0.2.2", "right"), "wait")
      assert.strictEqual(yield* authenticate("192.0.2.1", "right", "d"), "in")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* authenticate("192.0.2.1", "wrong"), "out")
      yield* TestClock.adjust("1999 millis")
      assert.strictEqual(yield* authenticate("192.0.2.1", "right"), "wait")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* authenticate("192.0.2.1", "right"), "in")
      assert.deepStrictEqual(yield* times(9, authenticate("192.0.2.1", "wrong")), new Set(["out"]))
      assert.strictEqual(yield* authenticate("192.0.2.1", "right"), "in")
    })
  )

  it.effect("R58: failures of others do not lock an application out of the address that it works from", () =>
    Effect.gen(function* () {
      const authenticate = make()
      assert.strictEqual(yield* authenticate("192.0.2.1", "right"), "in")
      yield* times(20, authenticate("198.51.100.1", "wrong"))
      assert.strictEqual(yield* authenticate("198.51.100.1", "right"), "wait")
      assert.strictEqual(yield* authenticate("192.0.2.1", "right"), "in")
      // It is not free to guess from there, either.
      yield* times(10, authenticate("192.0.2.1", "wrong"))
      assert.strictEqual(yield* authenticate("192.0.2.1", "right"), "wait")
    })
  )

  it.effect("R58: after a hundred failures an address waits, whatever applications it claims to be", () =>
    Effect.gen(function* () {
      const authenticate = make()
      for (let index = 0; index < 100; index++) {
        assert.strictEqual(yield* authenticate("192.0.2.1", "wrong", `client ${index}`), "out")
      }
      assert.strictEqual(yield* authenticate("192.0.2.1", "right"), "wait")
      assert.strictEqual(yield* authenticate("192.0.2.2", "right"), "in")
    })
  )

  it.effect("R58: HTTP Basic counts for the application that it names", () =>
    Effect.gen(function* () {
      const authenticate = make()
      const authorization = `Basic ${btoa("c%3Ax:wrong")}`
      yield* times(10, authenticate("192.0.2.1", "wrong", "c:x", { authorization }))
      assert.strictEqual(yield* authenticate("192.0.2.1", "right", "c:x"), "wait")
      assert.strictEqual(yield* authenticate("192.0.2.1", "right", "c"), "in")
    })
  )

  it.effect("R58: at the endpoints it is a 429 with Retry-After, and no other application has to wait", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const guess = application(sentinel, { client_id: clientId, client_secret: "wrong" })
      for (let index = 0; index < 10; index++) assert.strictEqual((yield* guess.exchange("x")).status, 400)
      const right = application(sentinel)
      for (const answer of [yield* guess.exchange("x"), yield* right.exchange("x"), yield* right.revoke("x")]) {
        assert.strictEqual(answer.status, 429)
        assert.strictEqual(answer.headers.get("retry-after"), "1")
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.strictEqual(answer.json["error"], "temporarily_unavailable")
      }
      const other = application(sentinel, { client_id: manyClientId, client_secret: secret })
      assert.strictEqual((yield* other.exchange("x")).json["error"], "invalid_grant")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* right.exchange("x")).json["error"], "invalid_grant")
    })
  )

  it.effect("R58: other errors than those of authentication are not counted", () =>
    Effect.gen(function* () {
      const { app, tokens } = yield* signedIn()
      for (let index = 0; index < 30; index++) yield* app.exchange("unknown")
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).status, 200)
    })
  )
})
