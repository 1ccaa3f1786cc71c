/** What cannot be answered cannot be armed; what can be armed is answered so, over a real socket. */
// @effect-diagnostics globalFetch:off
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { authorizationErrorCodes, tokenErrorCodes } from "@le-auth/core/OAuthError"
import { type Action, NewFault } from "@le-auth/sentinel/Fault"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"
import { answerOf, application, authorizePath, browser } from "../Harness.ts"
import { start } from "./ControlHarness.ts"

const hostileTexts = [
  "",
  "plain",
  "x y",
  "a\r\nb: c",
  "\0",
  "\u001b[31m",
  "é",
  "\u0100",
  "\ud800",
  "🔑",
  '"\\',
  "a".repeat(1000),
  "a".repeat(1001),
  "a".repeat(5000)
]
const hostileNumbers = [-1, 0, 1.5, 99, 100, 199, 200, 204, 205, 206, 304, 418, 503, 599, 600, 1e21]
const names = [
  ...hostileTexts,
  "__proto__",
  "constructor",
  "content-length",
  "Transfer-Encoding",
  "set-cookie",
  "location"
]

/** Every setting of every action, with each hostile value. */
const actions: ReadonlyArray<Record<string, unknown>> = [
  ...hostileTexts.map((description) => ({ type: "oauth-error", error: "invalid_request", description })),
  ...hostileNumbers.map((status) => ({ type: "oauth-error", error: "invalid_grant", status })),
  ...hostileNumbers.map((retry_after) => ({ type: "too-many-requests", retry_after })),
  ...hostileNumbers.map((status) => ({ type: "server-error", status })),
  ...hostileNumbers.map((status) => ({ type: "liveperson-error", status })),
  ...hostileNumbers.map((internal_code) => ({ type: "liveperson-error", internal_code })),
  ...hostileTexts.map((message) => ({ type: "liveperson-error", message })),
  ...hostileNumbers.map((status) => ({ type: "html", status })),
  ...hostileNumbers.map((status) => ({
    type: "answer",
    status,
    body: "text",
    headers: { "content-type": "text/css" }
  })),
  ...hostileTexts.map((body) => ({ type: "answer", status: 200, body })),
  ...names.map((name) => ({ type: "answer", status: 200, headers: Object.fromEntries([[name, "1"]]) })),
  ...hostileTexts.map((value) => ({ type: "answer", status: 200, headers: { "x-value": value } })),
  ...hostileTexts.map((value) => ({ type: "answer", status: 200, headers: { "content-type": value } })),
  { type: "answer", status: 200, headers: { "x-a": "1", "X-A": "2" } },
  { type: "answer", status: 200, headers: { "x-sentinel-fault": "mine" } }
]

const decode = Schema.decodeUnknownResult(NewFault, { onExcessProperty: "error" })

const statusOf = (action: Action): number => {
  switch (action.type) {
    case "oauth-error":
      return action.status ?? 400
    case "too-many-requests":
      return 429
    case "server-error":
    case "liveperson-error":
      return action.status ?? 500
    case "html":
      return action.status ?? 200
    case "answer":
      return action.status
    default:
      throw new Error(action.type)
  }
}

const served = Effect.gen(function* () {
  const sentinel = yield* start({ journal: 0 })
  const server = Sentinel.layerServerWith({ publicOrigin: sentinel.origin }).pipe(
    Layer.provide(Layer.succeedContext(sentinel.services)),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
  )
  const { address } = Context.get(yield* Layer.build(server), HttpServer.HttpServer)
  return { sentinel, origin: NetAddress.formatUrlUnsafe(address) }
})

describe("the settings of a fault", () => {
  it.live("each hostile one is refused when it is armed, or answered as it was armed", () =>
    Effect.gen(function* () {
      const { origin, sentinel } = yield* served
      let refused = 0
      for (const action of actions) {
        const decoded = decode({ match: { route: "keys" }, action })
        if (Result.isFailure(decoded)) {
          refused++
          continue
        }
        const armed = decoded.success.action
        const { id } = yield* sentinel.control.faults.add(decoded.success)
        const what = JSON.stringify(action).slice(0, 200)
        const answer = yield* Effect.promise(() => fetch(`${origin}/sentinel/well-known/jwks`, { redirect: "manual" }))
        const text = yield* Effect.promise(() => answer.text())
        assert.strictEqual(answer.status, statusOf(armed), what)
        assert.strictEqual(answer.headers.get("x-sentinel-fault"), id, what)
        if (armed.type === "answer") {
          for (const [name, value] of Object.entries(armed.headers ?? {})) {
            if (name !== "x-sentinel-fault") assert.strictEqual(answer.headers.get(name), value.trim(), what)
          }
          const body = [204, 205, 304].includes(armed.status) ? "" : (armed.body ?? "")
          assert.strictEqual(text, new TextDecoder().decode(new TextEncoder().encode(body)), what)
        }
        yield* sentinel.control.faults.clear
      }
      assert.isAbove(refused, 40)
      assert.isBelow(refused, actions.length / 2)
    })
  )

  it.effect("an error is that of the endpoint: others are refused, or, where a fault is for any, not met", () =>
    Effect.gen(function* () {
      const { control, ...sentinel } = yield* start()
      const add = (
        error: (typeof tokenErrorCodes | typeof authorizationErrorCodes)[number],
        route: string,
        more = {}
      ) =>
        Effect.result(
          control.faults.add({ match: { route: route as never }, action: { type: "oauth-error", error, ...more } })
        )
      for (const error of new Set([...authorizationErrorCodes, ...tokenErrorCodes])) {
        const [isOfAuthorize, isOfToken] = [authorizationErrorCodes, tokenErrorCodes].map((codes) =>
          (codes as ReadonlyArray<string>).includes(error)
        )
        assert.strictEqual(Result.isSuccess(yield* add(error, "authorize")), isOfAuthorize, error)
        assert.strictEqual(Result.isSuccess(yield* add(error, "refresh")), isOfToken, error)
        assert.isTrue(Result.isSuccess(yield* add(error, "authorize", { status: 400 })), error)
        yield* control.faults.clear

        yield* add(error, "any")
        const sent = answerOf(yield* sentinel.fetch(authorizePath())).get("error")
        assert.strictEqual(sent, isOfAuthorize ? error : null)
        const answer = yield* application(sentinel).exchange("unknown")
        assert.strictEqual(answer.headers.has("x-sentinel-fault"), isOfToken, error)
        yield* control.faults.clear
      }
      const problem = yield* Effect.flip(
        control.faults.add({ match: { route: "authorize" }, action: { type: "oauth-error", error: "invalid_grant" } })
      )
      assert.match(problem.message, /^action\.error: authorize has no invalid_grant .* Use one of invalid_request, /)
    })
  )

  it.effect(
    "an error at the authorization endpoint replaces the code and the login page, and nothing that Sentinel refuses",
    () =>
      Effect.gen(function* () {
        const { control, ...sentinel } = yield* start()
        const user = browser(sentinel)
        yield* user.signIn()
        yield* control.faults.add({
          match: { route: "authorize" },
          action: { type: "oauth-error", error: "access_denied" }
        })
        for (const who of [user, browser(sentinel)]) {
          const answer = answerOf(yield* who.send(authorizePath({ state: "s & t" })))
          assert.deepStrictEqual(
            [answer.get("error"), answer.get("state"), answer.get("code")],
            ["access_denied", "s & t", null]
          )
        }
        const wrong = answerOf(yield* user.send(authorizePath({ response_type: "token" })))
        assert.strictEqual(wrong.get("error"), "unsupported_response_type")
        assert.strictEqual((yield* user.send(authorizePath({ redirect_uri: "https://evil.example/" }))).status, 400)
      })
  )
})
