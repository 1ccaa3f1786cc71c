/**
 * Every endpoint of the control, asked over HTTP while there is something to tell, by the typed client and by plain
 * JSON. The answers are held against the published OpenAPI document, and an endpoint without a case here is a failure.
 */
// @effect-diagnostics globalFetch:off
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import { ControlApi } from "@le-auth/sentinel/ControlApi"
import * as ControlClient from "@le-auth/sentinel/ControlClient"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpServer from "effect/http/HttpServer"
import type * as JsonSchema from "effect/JsonSchema"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import * as Stream from "effect/Stream"
import { createServer } from "node:http"
import {
  account,
  answerOf,
  application,
  authorizePath,
  browser,
  clientId,
  config,
  manyClientId,
  newKeys,
  plainClientId,
  plainSecret,
  queryCallback
} from "../Harness.ts"
import { type Options, start } from "./ControlHarness.ts"

const accountId = AccountId.make(account)
const [agentId, adminId] = ["3552833710", "3552833711"] as const

/** Two sessions, a refreshed and a revoked family, an unused code, a nonce, a fault and a snapshot. */
const scene = Effect.fnUntraced(function* (options?: Options) {
  const sentinel = yield* start({ keys: yield* newKeys, points: SentinelDialect.openid, ...options })
  const codeOf = (user: ReturnType<typeof browser>, parameters: object = {}, credentials?: typeof agentOf) =>
    Effect.map(user.signIn(authorizePath({ nonce: "n-0S6_WzA2Mj", ...parameters }), credentials), (answer) =>
      answerOf(answer).get("code")!
    )
  const agentOf = { username: "agent@example.com", password: "agent" }
  const adminOf = { username: "admin@example.com", password: "pässwörd 🔑" }
  const app = application(sentinel)
  const [one, other] = [browser(sentinel), browser(sentinel)]
  const first = (yield* app.exchange(yield* codeOf(one))).json
  const second = (yield* app.refresh(first["refresh_token"])).json
  const revoked = (yield* app.exchange(yield* codeOf(other, {}, adminOf))).json
  yield* app.revoke(revoked["refresh_token"])
  const code = yield* codeOf(browser(sentinel), { client_id: manyClientId, redirect_uri: queryCallback }, agentOf)
  yield* sentinel.control.faults.add({ match: { route: "domain" }, action: { type: "delay", by: Duration.seconds(3) } })
  yield* sentinel.control.faults.add({
    match: { route: "users" },
    action: { type: "oauth-error", error: "invalid_grant" }
  })
  yield* sentinel.control.faults.add({ action: (usual) => usual, match: { route: "keys", nth: 7 } })
  yield* sentinel.control.state.save("before")
  const server = ControlServer.layer.pipe(
    Layer.provide(Layer.succeedContext(sentinel.services)),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
  )
  const { address } = Context.get(yield* Layer.build(server), HttpServer.HttpServer)
  const origin = NetAddress.formatUrlUnsafe(address)
  const client = yield* ControlClient.make(origin)
  return { sentinel, origin, client, app, tokens: second, code }
})
type Scene = Effect.Success<ReturnType<typeof scene>>

interface Case {
  /** Its name in the contract: group and endpoint. */
  readonly of: string
  /** The request in plain JSON: method, path and body. */
  readonly plain: (scene: Scene) => readonly [path: string, body?: unknown]
  readonly typed: (scene: Scene) => Effect.Effect<unknown, unknown>
}

const session = (scene: Scene) =>
  Effect.runSync(scene.sentinel.control.sessions.list({ alive: true })).newest[0]!.session.id
const family = (scene: Scene) =>
  Effect.runSync(scene.sentinel.control.sessions.families({ alive: true })).newest[0]!.grant.id
const stubOf = (rest: string) => ({ route: `GET /api/account/{account}/${rest}` })
const newUser = (id: string) => ({ id, email: `${id}@example.com`, password: "new" })
const newApplication = (id: string) => ({
  client_id: id,
  client_secret: "new-secret",
  client_name: "New",
  grant_types: ["authorization_code"],
  redirect_uris: ["https://new.example/cb"]
})
const decode = <S extends Schema.ConstraintDecoder<unknown>>(schema: S, value: unknown): S["Type"] =>
  Schema.decodeUnknownSync(schema)(value)
const addressed = `/control/accounts/${account}`

/** In this order: first who only looks, then who changes something, each in two ways. */
const cases: ReadonlyArray<Case> = [
  { of: "clock.state", plain: () => ["/control/clock"], typed: ({ client }) => client.clock.state() },
  { of: "faults.list", plain: () => ["/control/faults"], typed: ({ client }) => client.faults.list() },
  {
    of: "journal.read",
    plain: () => ["/control/journal?limit=50&after=1"],
    typed: ({ client }) => client.journal.read({ query: { about: account } })
  },
  {
    of: "journal.follow",
    plain: () => ["/control/journal/follow"],
    typed: ({ client }) => Stream.runCollect(Stream.take(Stream.unwrap(client.journal.follow({ query: {} })), 3))
  },
  {
    of: "journal.explain",
    plain: ({ code }) => ["/control/explain", { secret: code }],
    typed: ({ client, tokens }) =>
      client.journal.explain({ payload: { secret: Redacted.make(tokens["access_token"]!) } })
  },
  { of: "accounts.list", plain: () => ["/control/accounts"], typed: ({ client }) => client.accounts.list() },
  {
    of: "sessions.list",
    plain: () => ["/control/sessions?limit=2"],
    typed: ({ client }) => client.sessions.list({ query: { alive: "true" } })
  },
  {
    of: "sessions.families",
    plain: () => ["/control/families"],
    typed: ({ client }) => client.sessions.families({ query: { limit: 10, alive: "false" } })
  },
  { of: "state.take", plain: () => ["/control/state"], typed: ({ client }) => client.state.take() },
  { of: "state.names", plain: () => ["/control/snapshots"], typed: ({ client }) => client.state.names() },
  {
    of: "clock.advance",
    plain: () => ["/control/clock/advance", { by: "1m" }],
    typed: ({ client }) => client.clock.advance({ payload: { by: Duration.minutes(1) } })
  },
  { of: "clock.toRealTime", plain: () => ["/control/clock/real"], typed: ({ client }) => client.clock.toRealTime() },
  {
    of: "faults.add",
    plain: () => ["/control/faults", { match: { route: "token", every: 2 }, action: { type: "html", status: 502 } }],
    typed: ({ client }) => client.faults.add({ payload: { id: "mine", action: { type: "silence" }, times: 1 } })
  },
  {
    of: "faults.remove",
    plain: () => ["/control/faults/fault-1"],
    typed: ({ client }) => client.faults.remove({ params: { id: "mine" } })
  },
  { of: "faults.clear", plain: () => ["/control/faults"], typed: ({ client }) => client.faults.clear() },
  {
    of: "webhooks.send",
    plain: ({ origin }) => [
      "/control/webhooks",
      {
        account,
        client: clientId,
        url: `${origin}/nothing`,
        event: "cqm.ExConversationChangeNotification",
        fault: { type: "late", by: "1ms" }
      }
    ],
    typed: ({ client }) =>
      client.webhooks.send({
        payload: {
          account: accountId,
          client: plainClientId,
          client_secret: Redacted.make(plainSecret),
          url: "http://127.0.0.1:1/",
          fault: { type: "twice" },
          max_retries: 1
        }
      })
  },
  {
    of: "signIns.approve",
    plain: () => ["/control/approve", { url: authorizePath({ state: "s" }), user: agentId }],
    typed: ({ client }) =>
      client.signIns.approve({ payload: { url: authorizePath(), deny: { error: "access_denied" } } })
  },
  {
    of: "signIns.tokens",
    plain: () => ["/control/tokens", { account, client: plainClientId }],
    typed: ({ client }) => client.signIns.tokens({ payload: { scope: "openid" } })
  },
  {
    of: "keys.rotate",
    plain: () => ["/control/keys/rotate"],
    typed: ({ client }) => client.keys.rotate()
  },
  {
    of: "state.save",
    plain: () => ["/control/snapshots/one"],
    typed: ({ client }) => client.state.save({ params: { name: "two" } })
  },
  {
    of: "sessions.revoke",
    plain: (scene) => [`/control/families/${family(scene)}`],
    typed: (scene) => scene.client.sessions.revoke({ params: { id: family(scene) } })
  },
  {
    of: "sessions.end",
    plain: (scene) => [`/control/sessions/${session(scene)}`],
    typed: (scene) => scene.client.sessions.end({ params: { id: session(scene) } })
  },
  {
    of: "accounts.endUserSessions",
    plain: () => [`${addressed}/users/${agentId}/sign-out`],
    typed: ({ client }) => client.accounts.endUserSessions({ params: { accountId, userId: adminId } })
  },
  {
    of: "accounts.addUser",
    plain: () => [`${addressed}/users`, newUser("1")],
    typed: ({ client }) =>
      client.accounts.addUser({ params: { accountId }, payload: decode(SentinelConfig.User, newUser("2")) })
  },
  {
    of: "accounts.changeUser",
    plain: () => [`${addressed}/users/1`, { name: "One", password: "other", is_admin: true }],
    typed: ({ client }) =>
      client.accounts.changeUser({ params: { accountId, userId: "2" }, payload: { enabled: false } })
  },
  {
    of: "accounts.removeUser",
    plain: () => [`${addressed}/users/1`],
    typed: ({ client }) => client.accounts.removeUser({ params: { accountId, userId: "2" } })
  },
  {
    of: "accounts.addInstallation",
    plain: () => [`${addressed}/installations`, newApplication("one")],
    typed: ({ client }) =>
      client.accounts.addInstallation({
        params: { accountId },
        payload: decode(SentinelConfig.Installation, newApplication("two"))
      })
  },
  {
    of: "accounts.changeInstallation",
    plain: () => [`${addressed}/installations/one`, { client_name: "One", client_secret: "another-secret" }],
    typed: ({ client }) =>
      client.accounts.changeInstallation({ params: { accountId, clientId: "two" }, payload: { enabled: false } })
  },
  {
    of: "accounts.removeInstallation",
    plain: () => [`${addressed}/installations/one`],
    typed: ({ client }) => client.accounts.removeInstallation({ params: { accountId, clientId: "two" } })
  },
  {
    of: "services.set",
    plain: () => [`${addressed}/services/faasGW`, { host: "localhost:7000" }],
    typed: ({ client }) =>
      client.services.set({ params: { accountId, service: "own" }, payload: { host: "own.example" } })
  },
  {
    of: "services.list",
    plain: () => [`${addressed}/services`],
    typed: ({ client }) => client.services.list({ params: { accountId } })
  },
  {
    of: "services.remove",
    plain: () => [`${addressed}/services/faasGW`],
    typed: ({ client }) => client.services.remove({ params: { accountId, service: "own" } })
  },
  {
    of: "stubs.replace",
    plain: () => [
      `${addressed}/stubs/faasGW`,
      { stubs: [stubOf("one"), { ...stubOf("two"), json: { a: [1, null] } }] }
    ],
    typed: ({ client }) =>
      client.stubs.replace({
        params: { accountId, service: "own" },
        payload: { stubs: [{ ...stubOf("three"), status: 202 }] }
      })
  },
  {
    of: "stubs.add",
    plain: () => [`${addressed}/stubs/faasGW`, stubOf("four")],
    typed: ({ client }) => client.stubs.add({ params: { accountId, service: "own" }, payload: stubOf("five") })
  },
  {
    of: "stubs.list",
    plain: () => [`${addressed}/stubs`],
    typed: ({ client }) => client.stubs.list({ params: { accountId } })
  },
  {
    of: "stubs.remove",
    plain: () => [`${addressed}/stubs/faasGW?route=${encodeURIComponent(stubOf("one").route)}`],
    typed: ({ client }) => client.stubs.remove({ params: { accountId, service: "own" }, query: {} })
  },
  {
    of: "tokens.introspect",
    plain: ({ tokens }) => ["/control/introspect", { token: tokens["access_token"] }],
    typed: ({ client, tokens }) =>
      client.tokens.introspect({ payload: { token: Redacted.make(tokens["refresh_token"]!) } })
  },
  {
    of: "accounts.addAccount",
    plain: () => ["/control/accounts", { id: "1000001", users: [newUser("1")], installations: [] }],
    typed: ({ client }) =>
      client.accounts.addAccount({
        payload: decode(SentinelConfig.Account, { id: "1000002", users: [], installations: [newApplication("one")] })
      })
  },
  {
    of: "accounts.removeAccount",
    plain: () => ["/control/accounts/1000001"],
    typed: ({ client }) => client.accounts.removeAccount({ params: { accountId: AccountId.make("1000002") } })
  },
  {
    of: "accounts.replace",
    plain: () => ["/control/configuration", config],
    typed: ({ client }) => client.accounts.replace({ payload: decode(SentinelConfig.SentinelConfig, config) })
  },
  {
    of: "state.restore",
    plain: () => ["/control/snapshots/before/restore"],
    typed: ({ client }) => client.state.restore({ params: { name: "before" } })
  },
  {
    of: "state.put",
    plain: ({ origin }) => ["/control/state", fetch(`${origin}/control/state`).then((answer) => answer.json())],
    typed: ({ client }) => Effect.flatMap(client.state.take(), (payload) => client.state.put({ payload }))
  },
  {
    of: "state.forget",
    plain: () => ["/control/snapshots/one"],
    typed: ({ client }) => client.state.forget({ params: { name: "two" } })
  },
  { of: "journal.clear", plain: () => ["/control/journal"], typed: ({ client }) => client.journal.clear() },
  { of: "state.reset", plain: () => ["/control/reset"], typed: ({ client }) => client.state.reset() }
]

const endpoints = new Map<string, { readonly method: string; readonly path: string }>()
HttpApi.reflect(ControlApi, {
  onGroup: () => undefined,
  onEndpoint: ({ endpoint, group }) =>
    void endpoints.set(`${group.identifier}.${endpoint.identifier}`, { method: endpoint.method, path: endpoint.path })
})

/** The document as it is published, its parts where JSON Schema looks for them. */
const published = JSON.parse(
  JSON.stringify(OpenApi.fromApi(ControlApi)).replaceAll("#/components/schemas/", "#/$defs/")
) as {
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly requestBody?: unknown
        readonly responses: Record<string, { readonly content?: any }>
      }
    >
  >
  readonly components: { readonly schemas: JsonSchema.Definitions }
}

/**
 * What the document says of an answer: its schema, or none if the answer has no body. Fails if it does not know the
 * status.
 */
const documented = (of: string, status: number) => {
  const { method, path } = endpoints.get(of)!
  const operation = published.paths[path.replaceAll(/:(\w+)/g, "{$1}")]![method.toLowerCase()]!
  const response = operation.responses[String(status)]
  assert.isDefined(response, `${of} answers ${status}, which its document does not have`)
  return response!.content as Record<string, { readonly schema: JsonSchema.JsonSchema }> | undefined
}

/** Names for a language, which effect cannot import beside names that are fixed. No answer here has one. */
const withoutPatterns = <A>(document: A): A =>
  JSON.parse(JSON.stringify(document, (key, value: unknown) => (key === "patternProperties" ? undefined : value)))

const fits = (of: string, { status, text }: { readonly status: number; readonly text: string }) => {
  const content = documented(of, status)?.["application/json"]
  if (content === undefined) return void assert.strictEqual(text, "", `${of} answers with a body`)
  const schema = SchemaRepresentation.fromJsonSchemaDocument(
    {
      dialect: "draft-2020-12",
      schema: withoutPatterns(content.schema),
      definitions: withoutPatterns(published.components.schemas)
    },
    { patterns: "apply" }
  )
  // No member may be there that the document does not have.
  Schema.decodeUnknownSync(schema as Schema.Codec<unknown>, { errors: "all", onExcessProperty: "error" })(
    JSON.parse(text)
  )
}

const ask = (origin: string, method: string, path: string, body?: unknown) =>
  Effect.promise(async () => {
    const document = await body
    const stop = new AbortController()
    const answer = await fetch(`${origin}${path}`, {
      method,
      signal: stop.signal,
      headers: { "x-sentinel-control": "1", ...(document !== undefined && { "content-type": "application/json" }) },
      ...(document !== undefined && { body: JSON.stringify(document) })
    })
    const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") === true
    const text = isStream ? "" : await answer.text()
    stop.abort()
    return { status: answer.status, headers: answer.headers, text, isStream }
  })

describe("the endpoints of the control, with data in it", () => {
  it("have a case each", () => {
    assert.sameMembers(
      cases.map(({ of }) => of),
      [...endpoints.keys()]
    )
  })

  it.live(
    "R90: answer as the OpenAPI document says, to plain JSON and to the typed client, and no cache may keep it",
    () =>
      Effect.gen(function* () {
        const there = yield* scene()
        for (const { of, plain, typed } of cases) {
          const { method } = endpoints.get(of)!
          const [path, body] = plain(there)
          const answer = yield* ask(there.origin, method, path, body)
          assert.oneOf(answer.status, [200, 204], `${of}: ${answer.text}`)
          assert.strictEqual(answer.headers.get("cache-control"), "no-store", of)
          assert.strictEqual(answer.headers.get("x-content-type-options"), "nosniff", of)
          if (!answer.isStream) fits(of, answer)
          const told = yield* Effect.exit(typed(there))
          assert.strictEqual(told._tag, "Success", `${of}, typed: ${String(told)}`)
        }
      }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("say which families there are, with what belongs to each", () =>
    Effect.gen(function* () {
      const { origin } = yield* scene()
      const { text } = yield* ask(origin, "GET", "/control/families")
      const { newest, total } = JSON.parse(text) as {
        readonly total: number
        readonly newest: ReadonlyArray<{ readonly isAlive: boolean; readonly grant: { readonly nonce?: string } }>
      }
      assert.strictEqual(total, 3)
      assert.strictEqual(newest.filter(({ isAlive }) => !isAlive).length, 1)
      assert.isTrue(newest.every(({ grant }) => grant.nonce === "n-0S6_WzA2Mj"))
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("answer what does not fit as the document says, with the problems", () =>
    Effect.gen(function* () {
      const { origin } = yield* scene()
      for (const [of, { method, path }] of endpoints) {
        const { requestBody } = published.paths[path.replaceAll(/:(\w+)/g, "{$1}")]![method.toLowerCase()]!
        if (requestBody === undefined) continue
        const address = path.replace(":accountId", account).replaceAll(/:(\w+)/g, "x")
        for (const body of [undefined, null, 7, "text", [], { nobody: "knows this" }]) {
          const answer = yield* ask(origin, method, address, body)
          assert.strictEqual(answer.status, 400, `${of}: ${JSON.stringify(body)}`)
          fits(of, answer)
        }
      }
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("say of a path or a method that there is none", () =>
    Effect.gen(function* () {
      const { origin } = yield* scene()
      const answers = [
        ["GET", "/control/nothing", 404, null],
        ["GET", "/control/families/", 404, null],
        ["POST", "/control/families", 405, "GET, HEAD"],
        ["PUT", "/control/faults/x", 405, "DELETE"],
        ["DELETE", "/", 405, "GET, HEAD"],
        ["PROPFIND", "/control/state", 405, "GET, HEAD, PUT"],
        ["PROPFIND", "/control/nothing", 501, null]
      ] as const
      for (const [method, path, status, allow] of answers) {
        const answer = yield* ask(origin, method, path)
        assert.deepStrictEqual(
          [method, path, answer.status, answer.headers.get("allow")],
          [method, path, status, allow]
        )
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.isString((JSON.parse(answer.text) as { readonly _tag: unknown })._tag)
      }
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("a mistake in an answer of ours is 500 and in the log, and never the caller's fault", () =>
    Effect.gen(function* () {
      const { origin, sentinel } = yield* scene({
        inspection: (inspection) => ({
          ...inspection,
          families: (query) =>
            Effect.map(inspection.families(query), (found) => ({ ...found, secret: "never shown", total: NaN }))
        })
      })
      const answer = yield* ask(origin, "GET", "/control/families")
      assert.strictEqual(answer.status, 500)
      assert.deepStrictEqual(JSON.parse(answer.text), {
        _tag: "InternalError",
        problem: "Sentinel has an internal error. Its log says more."
      })
      fits("sessions.families", answer)
      const logged = sentinel.lines.filter((line) => line.includes("does not fit its contract"))
      assert.lengthOf(logged, 1)
      assert.notInclude(logged[0]!, "never shown")
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("S23: take their maximum of bytes and not one more, counted and not believed", () =>
    Effect.gen(function* () {
      const { origin } = yield* scene()
      const send = (method: string, path: string, bytes: number, more: object = {}) =>
        Effect.promise(async () => {
          const chunk = new Uint8Array(65_536).fill(32)
          let left = bytes
          // Without a length in front: it is sent in chunks.
          const body = new ReadableStream<Uint8Array>({
            pull: (controller) => {
              if (left === 0) return controller.close()
              const part = chunk.subarray(0, Math.min(left, chunk.length))
              left -= part.length
              controller.enqueue(part)
            }
          })
          const headers = { "content-type": "application/json" }
          const answer = await fetch(`${origin}${path}`, {
            method,
            body,
            headers,
            duplex: "half",
            ...more
          } as RequestInit)
          return { status: answer.status, text: await answer.text() }
        })
      for (const [of, path] of [
        ["faults.add", "/control/faults"],
        ["accounts.addAccount", "/control/accounts"],
        ["clock.advance", "/control/clock/advance"]
      ] as const) {
        const { method } = endpoints.get(of)!
        assert.strictEqual((yield* send(method, path, 65_536)).status, 400, path)
        const refused = yield* send(method, path, 65_537)
        assert.strictEqual(refused.status, 413, path)
        fits(of, refused)
      }
      for (const [of, path] of [
        ["state.put", "/control/state"],
        ["accounts.replace", "/control/configuration"]
      ] as const) {
        assert.strictEqual((yield* send("PUT", path, 1_000_000)).status, 400, path)
        const refused = yield* send("PUT", path, 33_554_433)
        assert.strictEqual(refused.status, 413, path)
        fits(of, refused)
      }
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
})
