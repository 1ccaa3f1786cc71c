/** The control behind a real socket, and Sentinel behind another one. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import * as Control from "@le-auth/sentinel/Control"
import * as ControlClient from "@le-auth/sentinel/ControlClient"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Duration from "effect/Duration"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { createServer, request as httpRequest } from "node:http"

class Addresses extends Context.Service<Addresses, { readonly sentinel: string; readonly control: string }>()(
  "@le-auth/sentinel/test/control/ControlServer.test/Addresses"
) {}

const node = (host: string) => NodeHttpServer.layer(createServer, { port: 0, host })

const layer = Layer.effect(
  Addresses,
  Effect.gen(function* () {
    const services = yield* Layer.build(
      Control.layerMemory(SentinelConfig.development()).pipe(Layer.provideMerge(NodeCrypto.layer))
    )
    const provided = Layer.succeedContext(services)
    const listeningAt = (built: Context.Context<HttpServer.HttpServer>) =>
      NetAddress.formatUrlUnsafe(Context.get(built, HttpServer.HttpServer).address)
    const sentinel = Sentinel.layerServer.pipe(Layer.provide(provided), Layer.provideMerge(node("127.0.0.1")))
    const control = ControlServer.layer.pipe(Layer.provide(provided), Layer.provideMerge(node("127.0.0.1")))
    return {
      sentinel: listeningAt(yield* Layer.build(Layer.fresh(sentinel))),
      control: listeningAt(yield* Layer.build(Layer.fresh(control)))
    }
  })
).pipe(Layer.provideMerge(NodeHttpClient.layerUndici), Layer.orDie)

const accountId = AccountId.make("12345678")

/** A request with exactly these headers. */
const raw = (origin: string, method: string, path: string, headers: Record<string, string>, body?: string) =>
  Effect.promise(
    () =>
      new Promise<{ readonly status: number; readonly headers: NodeJS.Dict<unknown>; readonly text: string }>(
        (resolve, reject) => {
          const url = new URL(origin)
          const sent = httpRequest({ host: "127.0.0.1", port: url.port, method, path, headers }, (response) => {
            let text = ""
            response.on("data", (data) => (text += String(data)))
            response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }))
          })
          sent.on("error", reject)
          sent.end(body)
        }
      )
  )

describe("the control over HTTP", () => {
  it.live("does what it is told by a typed client", () =>
    Effect.gen(function* () {
      const origins = yield* Addresses
      const control = yield* ControlClient.make(origins.control)
      const fault = yield* control.faults.add({
        payload: { match: { route: "keys" }, action: { type: "delay", by: Duration.millis(1) }, times: 1 }
      })
      assert.strictEqual(fault.id, "fault-1")
      const jwks = yield* raw(origins.sentinel, "GET", "/sentinel/well-known/jwks", {})
      assert.strictEqual(jwks.headers["x-sentinel-fault"], "fault-1")
      assert.strictEqual((yield* control.faults.list())[0]?.acted, 1)
      yield* control.faults.remove({ params: { id: "fault-1" } })

      const { ahead } = yield* control.clock.advance({ payload: { by: Duration.hours(8) } })
      assert.strictEqual(Duration.toHours(ahead), 8)

      yield* control.accounts.changeUser({ params: { accountId, userId: "3552833710" }, payload: { enabled: false } })
      const [account] = yield* control.accounts.list()
      assert.strictEqual(account?.users[0]?.enabled, false)
      const twin = yield* Effect.flip(
        control.accounts.changeUser({
          params: { accountId, userId: "3552833710" },
          payload: { email: "admin@example.com" }
        })
      )
      assert.strictEqual(twin._tag, "InvalidChange")
      const nobody = yield* Effect.flip(control.accounts.removeUser({ params: { accountId, userId: "0" } }))
      assert.strictEqual(nobody._tag, "NotThere")

      const state = yield* control.state.take()
      yield* control.state.save({ params: { name: "one" } })
      yield* control.state.reset()
      yield* control.state.put({ payload: state })
      yield* control.state.restore({ params: { name: "one" } })
      assert.deepStrictEqual(yield* control.state.names(), ["one"])
      const none = { newest: [], total: 0, isPartial: false }
      assert.deepStrictEqual(yield* control.sessions.list({ query: { alive: "true", limit: 10 } }), none)
      assert.deepStrictEqual(yield* control.sessions.families({ query: {} }), none)
      assert.match((yield* control.keys.rotate()).kid, /^idtoken-/)
      const explained = yield* control.journal.explain({ payload: { secret: Redacted.make("x") } })
      assert.strictEqual(explained.kind, "unknown")
      assert.isAbove((yield* control.journal.read({ query: {} })).length, 5)
    }).pipe(Effect.provide(layer))
  )

  it.live("the journal can be followed as it is written", () =>
    Effect.gen(function* () {
      const origins = yield* Addresses
      const control = yield* ControlClient.make(origins.control)
      const entries = Stream.unwrap(control.journal.follow({ query: {} }))
      const following = yield* Effect.forkChild(Stream.runCollect(Stream.take(entries, 2)))
      yield* raw(origins.sentinel, "GET", "/nothing", {})
      yield* raw(origins.sentinel, "GET", "/sentinel/well-known/jwks", {})
      assert.deepStrictEqual(
        (yield* Fiber.join(following)).map(({ outcome, path }) => [path, outcome]),
        [
          ["/nothing", "not_found"],
          ["/sentinel/well-known/jwks", "ok"]
        ]
      )
    }).pipe(Effect.provide(layer))
  )

  it.live("says all that is wrong with a request", () =>
    Effect.gen(function* () {
      const { control } = yield* Addresses
      const { host } = new URL(control)
      const body = JSON.stringify({ match: { route: "nowhere", nht: 3 }, action: { type: "html", status: 1000 } })
      const answer = yield* raw(control, "POST", "/control/faults", { host, "content-type": "application/json" }, body)
      assert.strictEqual(answer.status, 400)
      const { problems } = JSON.parse(answer.text) as { readonly problems: ReadonlyArray<string> }
      assert.lengthOf(problems, 3)
      assert.isTrue(problems.some((problem) => problem.startsWith("match.nht: ")))
    }).pipe(Effect.provide(layer))
  )

  it.live("S2: refuses a query of any number of parameters before it is decoded", () =>
    Effect.gen(function* () {
      const { control } = yield* Addresses
      const { host } = new URL(control)
      for (const path of ["/", "/control/journal", "/control/accounts"]) {
        const answer = yield* raw(control, "GET", `${path}?${"%ff&%zz&".repeat(500)}`, { host })
        assert.strictEqual(answer.status, 400)
        assert.deepStrictEqual(JSON.parse(answer.text), {
          _tag: "InvalidChange",
          problems: ["There are more than 64 parameters."]
        })
      }
      assert.strictEqual((yield* raw(control, "GET", `/?${"%zz=&".repeat(64)}`, { host })).status, 200)
    }).pipe(Effect.provide(layer))
  )
})

describe("R90: the control cannot be reached by a page of another origin", () => {
  const json = { "content-type": "application/json" }
  const refused: ReadonlyArray<readonly [string, string, (host: string) => Record<string, string>]> = [
    ["a name that was rebound to this address", "GET", () => ({ host: "evil.example" })],
    ["another port in Host", "GET", () => ({ host: "127.0.0.1:1" })],
    ["a name with ours at its end", "GET", (host) => ({ host: `x.${host}` })],
    ["a page of another site", "GET", (host) => ({ host, "sec-fetch-site": "cross-site" })],
    ["a page of another port of this computer", "GET", (host) => ({ host, "sec-fetch-site": "same-site" })],
    ["another origin", "POST", (host) => ({ host, ...json, origin: "https://evil.example" })],
    ["a page without an origin", "POST", (host) => ({ host, ...json, origin: "null" })],
    [
      "another origin that says it is ours",
      "POST",
      (host) => ({ host, ...json, "sec-fetch-site": "same-origin", origin: "https://evil.example" })
    ],
    [
      "a page of ours without an origin",
      "POST",
      (host) => ({ host, ...json, "sec-fetch-site": "same-origin", origin: "null" })
    ],
    ["a form", "POST", (host) => ({ host, "content-type": "application/x-www-form-urlencoded" })],
    ["text that is sent without asking first", "POST", (host) => ({ host, "content-type": "text/plain" })],
    ["a change without a body", "DELETE", (host) => ({ host })],
    ["the question whether it may", "OPTIONS", (host) => ({ host, origin: "https://evil.example" })]
  ]
  for (const [what, method, headers] of refused) {
    it.live(`${what}: 403, and no CORS header`, () =>
      Effect.gen(function* () {
        const { control } = yield* Addresses
        const answer = yield* raw(control, method, "/control/faults", headers(new URL(control).host))
        assert.strictEqual(answer.status, 403)
        assert.isFalse(Object.keys(answer.headers).some((name) => name.startsWith("access-control-")))
      }).pipe(Effect.provide(layer))
    )
  }

  it.live("a page of its own origin, curl by each name of loopback, and a change with the header", () =>
    Effect.gen(function* () {
      const { control } = yield* Addresses
      const { host, port } = new URL(control)
      const allowed = [
        ["GET", { host, "sec-fetch-site": "same-origin", origin: `http://${host}` }],
        ["GET", { host, "sec-fetch-site": "none" }],
        ["GET", { host: `localhost:${port}` }],
        ["GET", { host: `[::1]:${port}` }],
        ["DELETE", { host, "x-sentinel-control": "1" }]
      ] as const
      for (const [method, headers] of allowed) {
        const { status } = yield* raw(control, method, "/control/faults", headers)
        assert.oneOf(status, [200, 204])
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("it refuses to listen where others can reach it", () =>
    Effect.gen(function* () {
      const control = Control.layerMemory(SentinelConfig.development()).pipe(Layer.provideMerge(NodeCrypto.layer))
      const server = ControlServer.layer.pipe(Layer.provide(control), Layer.provide(node("0.0.0.0")))
      const error = yield* Effect.flip(Effect.scoped(Layer.build(server)))
      assert.strictEqual((error as { readonly _tag: string })._tag, "NotOnLoopback")
    })
  )

  it.live("without a control, nothing answers at its paths", () =>
    Effect.gen(function* () {
      const { sentinel } = yield* Addresses
      assert.strictEqual((yield* raw(sentinel, "GET", "/control/faults", {})).status, 404)
    }).pipe(Effect.provide(layer))
  )
})

describe("connections over a socket", () => {
  for (const after of [false, true]) {
    it.live(`are dropped ${after ? "after" : "before"} Sentinel has acted`, () =>
      Effect.gen(function* () {
        const origins = yield* Addresses
        const control = yield* ControlClient.make(origins.control)
        yield* control.faults.add({ payload: { action: { type: "drop-connection", after }, times: 1 } })
        const dropped = yield* Effect.exit(raw(origins.sentinel, "GET", "/sentinel/well-known/jwks", {}))
        assert.include(String(dropped), "socket hang up")
        const whole = yield* raw(origins.sentinel, "GET", "/sentinel/well-known/jwks", {})
        assert.strictEqual(whole.status, 200)
        const [entry] = yield* control.journal.read({ query: { about: "fault-1" } })
        assert.strictEqual(entry?.outcome, "no answer")
      }).pipe(Effect.provide(layer))
    )
  }

  it.live("are cut in the middle of an answer", () =>
    Effect.gen(function* () {
      const origins = yield* Addresses
      const control = yield* ControlClient.make(origins.control)
      const whole = yield* raw(origins.sentinel, "GET", "/sentinel/well-known/jwks", {})
      yield* control.faults.add({ payload: { action: { type: "truncate" }, times: 1 } })
      const answer = yield* Effect.promise(() => fetch(`${origins.sentinel}/sentinel/well-known/jwks`))
      assert.strictEqual(answer.headers.get("content-length"), whole.headers["content-length"])
      assert.strictEqual((yield* Effect.exit(Effect.tryPromise(() => answer.text())))._tag, "Failure")
    }).pipe(Effect.provide(layer))
  )
})
