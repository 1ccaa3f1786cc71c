/** Services and stubs while Sentinel runs, and the introspection of tokens. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import { account, clientId, config as usual, otherAccount, type Running } from "../Harness.ts"
import { appToken, config } from "../resources/tokenTable.ts"
import { signedIn, start } from "./ControlHarness.ts"

const route = (rest: string) => `GET /api/account/{account}/${rest}`
const stub = (rest: string, text: string) => ({ route: route(rest), token: "none", text }) as const

const hostOf = (running: Running, service: string) =>
  Effect.gen(function* () {
    const response = yield* running.fetch(`/api/account/${account}/service/${service}/baseURI.json?version=1.0`)
    const body = (yield* Effect.promise(() => response.json())) as Record<string, string>
    return body["baseURI"] ?? body["error"]
  })
const answerAt = (running: Running, rest: string) =>
  Effect.flatMap(running.fetch(`/api/account/${account}/${rest}`), (response) =>
    Effect.promise(async () => (response.status === 200 ? response.text() : response.status))
  )

const problemsOf = <A, E extends { readonly message: string }>(effect: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

describe("services while Sentinel runs", () => {
  it.effect("R100: a service moves, comes back, and is gone if LivePerson has none of this name", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const { accounts, journal } = sentinel.control
      assert.strictEqual(yield* hostOf(sentinel, "faasGW"), "localhost:4400")
      yield* accounts.setService(account, "faasGW", "localhost:7000")
      yield* accounts.setService(account, "own", "own.example")
      assert.strictEqual(yield* hostOf(sentinel, "faasGW"), "localhost:7000")
      assert.strictEqual(yield* hostOf(sentinel, "own"), "own.example")
      yield* accounts.setService(account, "faasGW", "localhost:7001")
      assert.strictEqual(yield* hostOf(sentinel, "faasGW"), "localhost:7001")
      yield* accounts.removeService(account, "faasGW")
      yield* accounts.removeService(account, "own")
      assert.strictEqual(yield* hostOf(sentinel, "faasGW"), "localhost:4400")
      assert.strictEqual(yield* hostOf(sentinel, "own"), "not_found")
      const changes = (yield* journal.read()).filter(({ kind }) => kind === "change").map(({ outcome }) => outcome)
      assert.include(changes, `service faasGW of account ${account} is at localhost:7001`)
    })
  )

  it.effect("R100: stubs are added, replaced and removed, and what breaks a rule changes nothing", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const { accounts } = sentinel.control
      yield* accounts.addStub(account, "faasGW", stub("{a}", "first"))
      yield* accounts.addStub(account, "faasGW", stub("{b}", "second"))
      yield* accounts.addStub(account, "faasGW", stub("one", "one"))
      assert.strictEqual(yield* answerAt(sentinel, "two"), "second")
      assert.strictEqual(yield* answerAt(sentinel, "one"), "one")
      yield* accounts.removeStubs(account, "faasGW", route("{c}"))
      assert.strictEqual(yield* answerAt(sentinel, "two"), 404)
      yield* accounts.setStubs(account, "faasGW", [stub("two", "two")])
      assert.deepStrictEqual([yield* answerAt(sentinel, "two"), yield* answerAt(sentinel, "one")], ["two", 404])

      for (const [refused, words] of [
        [
          accounts.addStub(account, "other", stub("two", "again")),
          /stubs\.other\[0\]\.route: answers the same requests/
        ],
        [accounts.setService(account, "faasGW", "localhost:1"), /services\.faasGW: is elsewhere, so the stubs/],
        [accounts.setService(account, "a b", "localhost:1"), /services: has a service whose name is not/],
        [accounts.setService(account, "a", "http://localhost"), /services\.a: must be a bare host/],
        [
          accounts.addStub(account, "a", stub("service/baseURI", "")),
          /stubs\.a\[0\]\.route: has a path of Sentinel's own/
        ],
        [accounts.addStub("1", "a", stub("a", "")), /There is no account 1\./],
        [accounts.removeStubs(account, "a"), /There is no stub of a in account/],
        [accounts.removeStubs(account, "faasGW", route("no")), /There is no stub with this route of faasGW/],
        [accounts.removeService(account, "faasGW"), /There is no service faasGW elsewhere in account/]
      ] as const) {
        assert.match(yield* problemsOf(refused as Effect.Effect<void, Error>), words)
      }
      assert.strictEqual(yield* answerAt(sentinel, "two"), "two")
      yield* accounts.removeStubs(account, "faasGW")
      assert.strictEqual(yield* answerAt(sentinel, "two"), 404)
      assert.isUndefined((yield* accounts.list)[0]!.stubs)
    })
  )

  it.effect("R100: another configuration counts at once, and keeps the sessions", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn()
      const [first, second] = usual.accounts
      const next = yield* SentinelConfig.fromUnknown({
        accounts: [{ ...first, services: { faasGW: "localhost:7000" }, stubs: { a: [stub("x", "x")] } }, second]
      })
      yield* sentinel.control.accounts.replace(next)
      assert.strictEqual(yield* hostOf(sentinel, "faasGW"), "localhost:7000")
      assert.strictEqual(yield* answerAt(sentinel, "x"), "x")
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).status, 200)
    })
  )

  it.effect("R100: snapshots keep services and stubs, and a document of before reads as having none", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const { accounts, state } = sentinel.control
      const before = yield* state.take
      assert.notProperty(before.directory[0], "stubs")
      // Longer than any other text of a document may be.
      const long = { ...stub("x", "x".repeat(30_000)) }
      yield* accounts.addStub(account, "faasGW", long)
      yield* accounts.setService(account, "own", "own.example")
      const taken = yield* state.take
      yield* state.put(before)
      assert.deepStrictEqual([yield* answerAt(sentinel, "x"), yield* hostOf(sentinel, "own")], [404, "not_found"])
      yield* state.put(taken)
      assert.strictEqual(yield* answerAt(sentinel, "x"), long.text)
      assert.strictEqual(yield* hostOf(sentinel, "own"), "own.example")
      yield* state.reset
      assert.strictEqual(yield* answerAt(sentinel, "x"), 404)
      const [only, ...others] = taken.directory
      const twice = { ...only!, stubs: { a: [long], b: [long] } }
      assert.match(
        yield* problemsOf(state.put({ ...taken, directory: [twice, ...others] })),
        /^directory\[0\]\.stubs\.b\[0\]\.route: answers the same requests as stubs\.a\[0\]$/
      )
    })
  )
})

describe("introspection", () => {
  it.effect("R100: says of each kind of token whose it is, and of everything else only that it is not active", () =>
    Effect.gen(function* () {
      const { app, code, sentinel, tokens } = yield* signedIn({ config })
      const { accounts, clock, introspect } = sentinel.control
      const of = (token: string | undefined) => introspect(Redacted.make(token!))
      const whose = {
        active: true,
        client_id: clientId,
        username: "agent@example.com",
        sub: "3552833710",
        aud: account,
        iss: "sentinel"
      }
      const hours8 = 8 * 3600
      const access = yield* of(tokens["access_token"])
      assert.deepStrictEqual(access, { ...whose, token_type: "Bearer", exp: hours8, iat: 0 })
      const refresh = yield* of(tokens["refresh_token"])
      assert.deepStrictEqual(refresh, { ...whose, token_type: "refresh_token", exp: hours8 })
      const application = yield* appToken(sentinel, "near")
      assert.deepStrictEqual(yield* of(application), {
        active: true,
        scope: "users.externals faas.lambda.invoke",
        client_id: "near",
        token_type: "Bearer",
        exp: 3600,
        iat: 0,
        aud: account,
        iss: JSON.parse(atob(application.split(".")[1]!)).iss
      })
      assert.strictEqual((yield* of(yield* appToken(sentinel, "reader", otherAccount))).aud, otherAccount)

      const inactive = { active: false }
      for (const nothing of ["x", "a.b.c", code, tokens["id_token"], tokens["access_token"]!.slice(1)]) {
        assert.deepStrictEqual(yield* of(nothing), inactive)
      }
      yield* accounts.changeInstallation(account, "near", { enabled: false })
      assert.deepStrictEqual(yield* of(application), inactive)
      const renewed = (yield* app.refresh(tokens["refresh_token"])).json
      yield* clock.advance(Duration.hours(4))
      assert.isTrue((yield* of(renewed["access_token"])).active)
      yield* clock.advance(Duration.hours(5))
      assert.deepStrictEqual(yield* of(renewed["access_token"]), inactive)
    })
  )

  it.effect("R100: a revoked token, and one of a user who is gone, are not active", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens, user } = yield* signedIn()
      const { accounts, introspect } = sentinel.control
      const of = (token: string | undefined) => introspect(Redacted.make(token!))
      yield* app.revoke(tokens["refresh_token"])
      for (const token of [tokens["access_token"], tokens["refresh_token"]]) {
        assert.deepStrictEqual(yield* of(token), { active: false })
      }
      assert.isAbove(user.jar.size, 0)
      yield* accounts.removeUser(account, "3552833710")
      assert.deepStrictEqual(yield* of(tokens["access_token"]), { active: false })
    })
  )

  it.live("R100, R90: by HTTP it takes a form and JSON, and a form of a page reaches nothing", () =>
    Effect.gen(function* () {
      const { sentinel, tokens } = yield* signedIn()
      const server = ControlServer.layer.pipe(
        Layer.provide(Layer.succeedContext(sentinel.services)),
        Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
      )
      const { address } = Context.get(yield* Layer.build(server), HttpServer.HttpServer)
      const at = `${NetAddress.formatUrlUnsafe(address)}/control/introspect`
      const post = (body: string, headers: Record<string, string>) =>
        Effect.promise(async () => {
          const response = await fetch(at, { method: "POST", body, headers })
          return { status: response.status, body: (await response.json()) as Record<string, unknown> }
        })
      const form = { "content-type": "application/x-www-form-urlencoded" }
      const control = { "x-sentinel-control": "1" }
      const token = tokens["access_token"]!
      const asked = new URLSearchParams({ token, token_type_hint: "access_token", client_id: "me" }).toString()

      const good = yield* post(asked, { ...form, ...control })
      assert.deepInclude(good.body, { active: true, sub: "3552833710", token_type: "Bearer" })
      const byJson = yield* post(JSON.stringify({ token, token_type_hint: "x" }), {
        "content-type": "application/json"
      })
      assert.deepStrictEqual(byJson.body, good.body)
      assert.deepStrictEqual((yield* post("token=x", { ...form, ...control })).body, { active: false })

      assert.strictEqual((yield* post(asked, form)).status, 403)
      assert.strictEqual((yield* post(asked, { ...form, ...control, origin: "https://page.example" })).status, 403)
      for (const [body, headers] of [
        ["token=", form],
        ["", form],
        ["a=b", form],
        ["{}", { "content-type": "application/json" }]
      ] as const) {
        const refused = yield* post(body, { ...headers, ...control })
        assert.strictEqual(refused.status, 400, body)
        assert.notInclude(JSON.stringify(refused.body), token)
      }
      assert.strictEqual((yield* post("x", { ...control, "content-type": "text/plain" })).status, 415)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
})
