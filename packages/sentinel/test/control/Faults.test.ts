import { assert, describe, it } from "@effect/vitest"
import type { Action } from "@le-auth/sentinel/Fault"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  answerOf,
  application,
  authorizePath,
  browser,
  clientId,
  manyClientId,
  secret,
  tokenPath
} from "../Harness.ts"
import { signedIn, start } from "./ControlHarness.ts"

const faultOf = (response: { readonly headers: Headers }) => response.headers.get("x-sentinel-fault")

describe("when a fault acts", () => {
  it.effect("R91: the 3rd refresh of one app answers 429, once, and says which fault it was", () =>
    Effect.gen(function* () {
      const { app, control, tokens } = yield* signedIn()
      yield* control.faults.add({
        match: { route: "refresh", client: clientId, nth: 3 },
        action: { type: "too-many-requests", retry_after: 7 }
      })
      const seen: Array<readonly [number, string | null, string | null]> = []
      let token = tokens["refresh_token"]
      for (let index = 0; index < 5; index++) {
        const answer = yield* app.refresh(token)
        seen.push([answer.status, answer.headers.get("retry-after"), faultOf(answer)])
        token = answer.json["refresh_token"] ?? token
      }
      assert.deepStrictEqual(seen, [
        [200, null, null],
        [200, null, null],
        [429, "7", "fault-1"],
        [200, null, null],
        [200, null, null]
      ])
      const [fault] = yield* control.faults.list
      assert.deepStrictEqual([fault?.matched, fault?.acted], [5, 1])
      const [entry] = yield* control.journal.read({ about: "fault-1" })
      assert.deepStrictEqual([entry?.route, entry?.status, entry?.client], ["token", 429, clientId])
    })
  )

  it.effect(
    "every second one, a limited number of times, of the route, method, account, client and grant type only",
    () =>
      Effect.gen(function* () {
        const { control, sentinel } = yield* signedIn()
        const get = Effect.map(sentinel.fetch("/sentinel/well-known/jwks"), ({ status }) => status)
        yield* control.faults.add({
          match: { route: "keys", every: 2 },
          times: 2,
          action: { type: "server-error", status: 503 }
        })
        assert.deepStrictEqual(yield* Effect.all([get, get, get, get, get, get]), [200, 503, 200, 503, 200, 200])
        yield* control.faults.clear

        const others = [
          { route: "revoke" },
          { method: "GET" },
          { account: "le87654321" },
          { client: manyClientId },
          { grant_type: "refresh_token" }
        ] as const
        for (const match of others) {
          yield* control.faults.add({ match: match as never, action: { type: "server-error" } })
        }
        const app = application(sentinel)
        const refused = yield* app.exchange("unknown")
        assert.deepStrictEqual([refused.status, refused.json["error"], faultOf(refused)], [400, "invalid_grant", null])
        const basic = yield* sentinel.fetch(tokenPath(), {
          method: "POST",
          headers: { authorization: `Basic ${btoa(`${manyClientId}:${secret}`)}` },
          body: new URLSearchParams({ grant_type: "authorization_code", code: "unknown" })
        })
        assert.strictEqual(basic.status, 500)
      })
  )

  it.effect("the first of several acts whose turn it is, and all count", () =>
    Effect.gen(function* () {
      const { control, sentinel } = yield* signedIn()
      const add = (id: string, times?: number) =>
        control.faults.add({ id, action: { type: "html" }, ...(times && { times }) })
      yield* add("once", 1)
      yield* add("twice", 2)
      const ask = Effect.map(sentinel.fetch("/sentinel/well-known/jwks"), faultOf)
      assert.deepStrictEqual(yield* Effect.all([ask, ask, ask, ask]), ["once", "twice", "twice", null])
      assert.deepStrictEqual(
        (yield* control.faults.list).map(({ acted, matched }) => [matched, acted]),
        [
          [4, 1],
          [4, 2]
        ]
      )
      yield* control.faults.remove("once")
      assert.lengthOf(yield* control.faults.list, 1)
      assert.strictEqual((yield* Effect.flip(control.faults.remove("once"))).message, "There is no fault once.")
    })
  )

  it.effect("what cannot be is refused, with all problems", () =>
    Effect.gen(function* () {
      const { control } = yield* start()
      yield* control.faults.add({ id: "x", action: { type: "html" } })
      const error = yield* Effect.flip(
        control.faults.add({ id: "x", match: { route: "keys", nth: 1, every: 2 }, action: { type: "expired-code" } })
      )
      assert.deepStrictEqual(error.problems, [
        "id: another fault has it",
        "match: has both nth and every",
        "match.route: this action is for exchange only"
      ])
    })
  )
})

describe("how much the control keeps", () => {
  it.effect("a thousand faults and a hundred snapshots, and not one more", () =>
    Effect.gen(function* () {
      const { control } = yield* start()
      for (let index = 0; index < 1000; index++) yield* control.faults.add({ action: { type: "html" }, times: 1 })
      assert.match(
        (yield* Effect.flip(control.faults.add({ action: { type: "html" } }))).message,
        /1000 faults already/
      )
      yield* control.faults.clear
      for (let index = 0; index < 100; index++) yield* control.state.save(`s${index}`)
      yield* control.state.save("s0")
      assert.match((yield* Effect.flip(control.state.save("another"))).message, /100 snapshots already/)
    })
  )
})

describe("what a fault does", () => {
  const inPlace: ReadonlyArray<readonly [Action, number, string, string]> = [
    [{ type: "oauth-error", error: "invalid_grant" }, 400, "application/json", '{"error":"invalid_grant"}'],
    [
      { type: "oauth-error", error: "invalid_client", description: "No", status: 401 },
      401,
      "application/json",
      '{"error":"invalid_client","error_description":"No"}'
    ],
    [{ type: "too-many-requests" }, 429, "text/plain", "Too Many Requests"],
    [{ type: "server-error", status: 503 }, 503, "text/plain", "Service Unavailable"],
    [{ type: "liveperson-error" }, 500, "application/json", '{"error":{"message":"Internal error","internalCode":17}}'],
    [{ type: "html" }, 200, "text/html", "<!doctype html><title>Sign in to the network</title>"],
    [{ type: "answer", status: 418 }, 418, "text/plain", ""],
    [{ type: "answer", status: 200, body: "ok", headers: { "content-type": "text/css" } }, 200, "text/css", "ok"]
  ]
  for (const [action, status, type, body] of inPlace) {
    it.effect(`${JSON.stringify(action)}, and Sentinel does not hear of the request`, () =>
      Effect.gen(function* () {
        const { control, sentinel, user } = yield* signedIn()
        const code = answerOf(yield* user.send(authorizePath())).get("code")!
        yield* control.faults.add({ match: { route: "exchange" }, action, times: 1 })
        const exchange = (): Effect.Effect<Response> =>
          sentinel.fetch(tokenPath(), {
            method: "POST",
            body: new URLSearchParams({
              grant_type: "authorization_code",
              code,
              client_id: clientId,
              client_secret: secret
            })
          })
        const answer = yield* exchange()
        assert.strictEqual(answer.status, status)
        assert.include(answer.headers.get("content-type") ?? "", type)
        assert.strictEqual(faultOf(answer), "fault-1")
        assert.strictEqual(yield* Effect.promise(() => answer.text()), body)
        assert.strictEqual((yield* exchange()).status, 200)
      })
    )
  }

  it.effect(
    "R13: an OAuth error at the authorization endpoint is sent back with the state, R2: if the request is valid",
    () =>
      Effect.gen(function* () {
        const { control, sentinel } = yield* signedIn()
        yield* control.faults.add({
          match: { route: "authorize" },
          action: { type: "oauth-error", error: "access_denied" }
        })
        const denied = yield* sentinel.fetch(authorizePath({ state: "s t" }))
        assert.strictEqual(denied.status, 302)
        assert.deepStrictEqual(Object.fromEntries(answerOf(denied)), {
          error: "access_denied",
          error_description: "A fault of Sentinel.",
          state: "s t"
        })
        const shown = yield* sentinel.fetch(authorizePath({ redirect_uri: "https://evil.example/" }))
        assert.deepStrictEqual([shown.status, shown.headers.get("location"), faultOf(shown)], [400, null, "fault-1"])
      })
  )

  for (const after of [false, true]) {
    it.effect(`a delay, and Sentinel acts ${after ? "at once" : "late"}`, () =>
      Effect.gen(function* () {
        const { app, control, tokens } = yield* signedIn()
        yield* control.faults.add({
          match: { route: "refresh" },
          action: { type: "delay", by: Duration.seconds(5), after },
          times: 1
        })
        const fiber = yield* Effect.forkChild(app.refresh(tokens["refresh_token"]))
        // Cryptography takes real time, so wait until the fault is met.
        while ((yield* control.faults.list)[0]?.acted !== 1) yield* Effect.promise(() => new Promise(setImmediate))
        for (let index = 0; index < 50; index++) yield* Effect.promise(() => new Promise(setImmediate))
        yield* control.sessions.endUser(account, "3552833710")
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual((yield* Fiber.join(fiber)).status, after ? 200 : 400)
      })
    )
  }

  it.effect("a truncated answer breaks off in the middle, and Sentinel has acted", () =>
    Effect.gen(function* () {
      const { app, code, control, sentinel, user } = yield* signedIn()
      assert.isString(code)
      const fresh = answerOf(yield* user.send(authorizePath())).get("code")!
      yield* control.faults.add({ match: { route: "exchange" }, action: { type: "truncate" }, times: 1 })
      const answer = yield* sentinel.fetch(tokenPath(), {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code: fresh,
          client_id: clientId,
          client_secret: secret
        })
      })
      assert.strictEqual(answer.status, 200)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.tryPromise(() => answer.text()))))
      assert.strictEqual((yield* app.exchange(fresh)).json["error"], "invalid_grant")
    })
  )

  it.effect("a dropped connection, without a socket, is a body that breaks", () =>
    Effect.gen(function* () {
      const { control, sentinel } = yield* signedIn()
      yield* control.faults.add({ match: { route: "keys" }, action: { type: "drop-connection" }, times: 1 })
      const answer = yield* sentinel.fetch("/sentinel/well-known/jwks")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.tryPromise(() => answer.text()))))
    })
  )

  const dead = ["expired-code", "used-code", "killed-session"] as const
  for (const type of dead) {
    it.effect(`${type}: the code is refused, and stays so`, () =>
      Effect.gen(function* () {
        const { app, control, user } = yield* signedIn()
        const code = answerOf(yield* user.send(authorizePath())).get("code")!
        yield* control.faults.add({ match: { route: "exchange" }, action: { type }, times: 1 })
        const refused = yield* app.exchange(code)
        assert.deepStrictEqual(
          [refused.status, refused.json["error"], faultOf(refused)],
          [400, "invalid_grant", "fault-1"]
        )
        assert.strictEqual((yield* app.exchange(code)).json["error"], "invalid_grant")
        const next = answerOf(yield* user.send(authorizePath())).get("code")
        assert.strictEqual(next === null, type === "killed-session")
      })
    )
  }

  it.effect("killed-session: a browser has to sign in again, and a refresh is refused", () =>
    Effect.gen(function* () {
      const { app, control, tokens, user } = yield* signedIn()
      yield* control.faults.add({ match: { route: "authorize" }, action: { type: "killed-session" }, times: 1 })
      assert.isNull(answerOf(yield* user.send(authorizePath())).get("code"))
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
      const again = yield* browser(yield* start()).signIn()
      assert.isNotNull(answerOf(again).get("code"))
    })
  )
})
