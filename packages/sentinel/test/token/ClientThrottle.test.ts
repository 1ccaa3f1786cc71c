import { assert, describe, it } from "@effect/vitest"
import * as ClientThrottle from "../../src/internal/token/ClientThrottle.ts"
import { OAuthFailure } from "../../src/internal/token/OAuthFailure.ts"
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { account, application, clientId, manyClientId, secret, signedIn, start, tokenPath } from "../Harness.ts"

const installation = { clientId: "c" } as never

/** Clients at addresses; the secret is "right". */
const make = Effect.gen(function* () {
  const authenticate = yield* ClientThrottle.make((_, body) =>
    body.get("client_secret") === "right"
      ? Effect.succeed(installation)
      : Effect.fail(new OAuthFailure({ error: "invalid_client", description: "no" }))
  )
  return (
    address: string | undefined,
    client_secret: string,
    client_id = "c",
    headers: Record<string, string> = {}
  ) => {
    const web = new Request("http://localhost/token", { method: "POST", headers })
    const request = HttpServerRequest.fromWeb(web).modify({ remoteAddress: Option.fromUndefinedOr(address) })
    const incoming = { request, accountId: account, path: {}, query: UrlParameters.fromSearch(""), search: "" }
    const body = UrlParameters.fromSearch(new URLSearchParams({ client_id, client_secret }).toString())
    return Effect.map(Effect.result(authenticate(incoming, body, { status: 400, inQuery: false })), (result) =>
      result._tag === "Success" ? "in" : result.failure.status === 429 ? "wait" : "out"
    )
  }
})

const times = <A>(count: number, effect: Effect.Effect<A>) =>
  Effect.map(
    Effect.forEach(Array.from({ length: count }), () => effect),
    (results) => new Set(results)
  )

describe("ClientThrottle", () => {
  it.effect(
    "R58: above ten wrong secrets of an application from a network in a quarter of an hour it is told to wait",
    () =>
      Effect.gen(function* () {
        const authenticate = yield* make
        assert.deepStrictEqual(yield* times(10, authenticate("192.0.2.1", "wrong")), new Set(["out"]))
        assert.deepStrictEqual(yield* times(50, authenticate("192.0.2.1", "wrong")), new Set(["wait"]))
        // Other applications and other networks are not concerned.
        assert.strictEqual(yield* authenticate("192.0.2.1", "wrong", "d"), "out")
        assert.strictEqual(yield* authenticate("192.0.2.2", "wrong"), "out")
        // One is forgotten every 90 seconds, whatever was tried meanwhile.
        yield* TestClock.adjust("3 minutes")
        assert.strictEqual(yield* authenticate("192.0.2.1", "wrong"), "out")
        assert.deepStrictEqual(yield* times(3, authenticate("192.0.2.1", "wrong")), new Set(["wait"]))
        yield* TestClock.adjust("17 minutes")
        assert.deepStrictEqual(yield* times(10, authenticate("192.0.2.1", "wrong")), new Set(["out"]))
      })
  )

  it.effect("R58: a right secret is never refused, whatever anybody did before, and clears nothing", () =>
    Effect.gen(function* () {
      for (const address of ["192.0.2.1", "2001:db8::1", undefined]) {
        const authenticate = yield* make
        yield* times(30, authenticate(address, "wrong"))
        for (let index = 0; index < 200; index++) yield* authenticate(address, "wrong", `nobody-${index}`)
        assert.deepStrictEqual(yield* times(100, authenticate(address, "right")), new Set(["in"]))
        assert.strictEqual(yield* authenticate(address, "wrong"), "wait")
      }
    })
  )

  it.effect("R58: above a hundred a network is told to wait, whatever applications it claims to be", () =>
    Effect.gen(function* () {
      const authenticate = yield* make
      for (let index = 0; index < 100; index++) {
        assert.strictEqual(yield* authenticate("192.0.2.1", "wrong", `client ${index}`), "out")
      }
      assert.strictEqual(yield* authenticate("192.0.2.1", "wrong", "other"), "wait")
      assert.strictEqual(yield* authenticate("192.0.2.2", "wrong", "other"), "out")
      // One computer has all addresses of an IPv6 /64.
      for (let index = 0; index < 100; index++) yield* authenticate(`2001:db8::${index}`, "wrong", `client ${index}`)
      assert.strictEqual(yield* authenticate("2001:db8::ffff", "wrong", "other"), "wait")
      assert.strictEqual(yield* authenticate("2001:db8:0:1::1", "wrong", "other"), "out")
    })
  )

  it.effect("R58: requests without an address are not counted together with those that have one", () =>
    Effect.gen(function* () {
      const authenticate = yield* make
      yield* times(11, authenticate(undefined, "wrong"))
      assert.strictEqual(yield* authenticate("192.0.2.1", "wrong"), "out")
      assert.strictEqual(yield* authenticate(undefined, "wrong"), "wait")
    })
  )

  it.effect("R58: credentials in the header count for the application that they name", () =>
    Effect.gen(function* () {
      const authenticate = yield* make
      const basic = (id: string) => ({ authorization: `Basic ${btoa(`${id}:wrong`)}` })
      assert.deepStrictEqual(
        yield* times(10, authenticate("192.0.2.1", "wrong", "ignored", basic("c"))),
        new Set(["out"])
      )
      assert.strictEqual(yield* authenticate("192.0.2.1", "wrong", "c"), "wait")
      assert.strictEqual(yield* authenticate("192.0.2.1", "wrong", "ignored"), "out")
    })
  )

  it.effect("R58: at the endpoints it is a 429 with Retry-After, and the right secret is answered all the same", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const guess = application(sentinel, { client_id: clientId, client_secret: "wrong" })
      for (let index = 0; index < 10; index++) assert.strictEqual((yield* guess.exchange("x")).status, 400)
      for (const answer of [yield* guess.exchange("x"), yield* guess.revoke("x")]) {
        assert.strictEqual(answer.status, 429)
        assert.strictEqual(answer.headers.get("retry-after"), "90")
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.strictEqual(answer.json["error"], "temporarily_unavailable")
      }
      for (let index = 0; index < 100; index++) {
        const nobody = application(sentinel, { client_id: `nobody-${index}`, client_secret: "x" })
        yield* nobody.exchange("x")
      }
      const right = application(sentinel)
      assert.strictEqual((yield* right.exchange("x")).json["error"], "invalid_grant")
      assert.strictEqual((yield* right.revoke("x")).status, 200)
      const basic = yield* sentinel.fetch(tokenPath(), {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
        body: new URLSearchParams({ grant_type: "authorization_code", code: "x" })
      })
      assert.strictEqual(((yield* Effect.promise(() => basic.json())) as { error: string }).error, "invalid_grant")
      const other = application(sentinel, { client_id: manyClientId, client_secret: secret })
      assert.strictEqual((yield* other.exchange("x")).json["error"], "invalid_grant")
    })
  )

  it.effect("R58: an embedding program says where requests come from, and addresses do not disturb each other", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const statusFrom = (remoteAddress: string | undefined) =>
        Effect.map(
          sentinel.fetch(
            tokenPath(),
            {
              method: "POST",
              body: new URLSearchParams({
                grant_type: "authorization_code",
                code: "x",
                client_id: clientId,
                client_secret: "no"
              })
            },
            remoteAddress
          ),
          ({ status }) => status
        )
      for (const address of ["192.0.2.1", undefined]) {
        assert.deepStrictEqual(yield* times(10, statusFrom(address)), new Set([400]))
        assert.strictEqual(yield* statusFrom(address), 429)
      }
      assert.strictEqual(yield* statusFrom("192.0.2.2"), 400)
      assert.strictEqual(yield* statusFrom("2001:db8::1"), 400)
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
