import { assert, describe, it } from "@effect/vitest"
import { AppInstallation } from "@le-auth/core/AppInstallations"
import { layer as sentinelClient, SentinelClient } from "@le-auth/core/SentinelClient"
import { Domains } from "@le-auth/core/Domains"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { make, Transport } from "@le-auth/core/Transport"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { installation, json, layer, oauthError, sentinelOrigin, Wire } from "./ScriptedSentinel.ts"

const context = { installation, sentinel: sentinelOrigin }
const exchange = SentinelClient.use((client) => client.exchange({ ...context, code: Redacted.make("planted-code") }))
const failure = Effect.map(Effect.flip(exchange), (error) => error.reason)
const page =
  (body: string, status: number, contentType = "text/html") =>
  () =>
    new Response(body, { status, headers: { "content-type": contentType } })

describe("SentinelClient", () => {
  it.effect("D6, D7, D8: what counts as a token response", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const good = {
        access_token: "a",
        token_type: "bEaReR",
        extra: { x: 1 },
        expires_in: "3600",
        refresh_token: "r".repeat(5000)
      }
      wire.next("/token", json(good))
      const tokens = yield* exchange
      assert.strictEqual(tokens.expires_in, 3600)
      assert.notProperty(tokens, "extra")
      for (const bad of [
        json({ ...good, access_token: undefined }),
        json({ ...good, token_type: undefined }),
        json({ ...good, token_type: "mac" }),
        json([good]),
        json("text"),
        json(null),
        page("<html>planted-access</html>", 200),
        page("<html>planted-access</html>", 200, "application/json"),
        page("", 200, "application/json"),
        () => new Response(null, { status: 204 })
      ]) {
        wire.next("/token", bad)
        const reason = yield* failure
        assert.strictEqual(reason._tag, "BadResponse")
        assert.notInclude(reason.message, "planted")
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("D2: writes a form as the platform does, and nothing that all objects have", () =>
    Effect.gen(function* () {
      const bodies: Array<string | undefined> = []
      const transport = Layer.succeed(Transport, {
        send: ({ body }) => Effect.sync(() => (bodies.push(body), { status: 200, headers: {}, body: "{}" }))
      })
      const revoke = (token: string) =>
        SentinelClient.use((client) => client.revoke({ ...context, refreshToken: Redacted.make(token) })).pipe(
          Effect.provide(Layer.provide(sentinelClient, transport))
        )
      const { clientId, clientSecret } = installation
      const written = (token: string) =>
        new URLSearchParams({ token, client_id: clientId, client_secret: Redacted.value(clientSecret) }).toString()
      const tokens = ["plain.*-_", "a b+c", "~!'()&=%zz", "zoë🔑", "\ud800x", "\0\r\n", ""]
      for (const token of tokens) yield* revoke(token)
      Reflect.defineProperty(Object.prototype, "planted", { value: "x", enumerable: true, configurable: true })
      yield* Effect.ensuring(
        revoke("last"),
        Effect.sync(() => Reflect.deleteProperty(Object.prototype, "planted"))
      )
      assert.deepStrictEqual(bodies, [...tokens, "last"].map(written))
    })
  )

  it.effect("D6: any success whose body is the right object is one, whatever its content type says", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const good = JSON.stringify({ access_token: "a", token_type: "Bearer", refresh_token: "r2" })
      for (const [status, type] of [
        [200, "text/plain"],
        [200, "text/html; charset=utf-8"],
        [200, ""],
        [201, "application/json"],
        [202, "text/html"]
      ] as const) {
        wire.next("/token", page(good, status, type))
        assert.strictEqual(Redacted.value((yield* exchange).refresh_token!), "r2")
      }
    }).pipe(Effect.provide(layer))
  )

  const Json = Schema.Union([
    Schema.String,
    Schema.Finite,
    Schema.Boolean,
    Schema.Null,
    Schema.Array(Schema.String),
    Schema.Record(Schema.String, Schema.String),
    Schema.Literals(["", "-1", "3600", "planted-\u0000"])
  ])
  it.effect.prop(
    "D8: no optional member, whatever it is, takes the others away",
    [Schema.Literals(["refresh_token", "id_token", "expires_in", "scope"]), Json],
    ([name, value]) => {
      const warnings: Array<string> = []
      const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
      return Effect.gen(function* () {
        const wire = yield* Wire
        const good = { refresh_token: "planted-r2", id_token: "planted-id", expires_in: 60 }
        const required = { access_token: "planted-a", token_type: "Bearer" }
        const answer = json({ ...required, ...good, [name]: value })
        const refresh = SentinelClient.use((client) =>
          client.refresh({ ...context, refreshToken: Redacted.make("planted-r1") })
        )
        for (const call of [exchange, refresh]) {
          wire.next("/token", answer)
          const tokens = yield* call
          assert.strictEqual(Redacted.value(tokens.access_token), "planted-a")
          if (name !== "refresh_token") assert.strictEqual(Redacted.value(tokens.refresh_token!), "planted-r2")
          if (name !== "id_token") assert.strictEqual(Redacted.value(tokens.id_token!), "planted-id")
          if (name !== "expires_in") assert.strictEqual(tokens.expires_in, 60)
        }
        wire.next("/app/token", answer)
        const app = yield* SentinelClient.use((client) => client.appToken(context))
        assert.strictEqual(Redacted.value(app.access_token), "planted-a")
        for (const warning of warnings) {
          assert.include(warning, name)
          assert.notInclude(warning, "planted")
        }
        if (name === "expires_in" && typeof value === "boolean") assert.strictEqual(warnings.length, 3)
      }).pipe(Effect.provide(Layer.merge(layer, logger)))
    }
  )

  it.effect("D9: what an error says is kept beside a description that cannot be read", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", json({ error: "invalid_grant", error_description: 17 }, 400))
      assert.strictEqual((yield* failure)._tag, "InvalidGrant")
    }).pipe(Effect.provide(layer))
  )

  it.effect("D9, H1: no secret comes back from an error, in whatever form, place or status", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const secret = "s e!c%+\"'&<\\z"
      const sneaky = new AppInstallation({ ...installation, clientSecret: Redacted.make(secret) })
      const refresh = SentinelClient.use((client) =>
        client.refresh({ ...context, installation: sneaky, refreshToken: Redacted.make("r/f+r=s h") })
      )
      const basic = (form: URLSearchParams) => btoa(`${form.get("client_id")}:${form.get("client_secret")}`)
      const echoes: ReadonlyArray<(form: URLSearchParams) => string> = [
        (form) => form.toString(),
        (form) => JSON.stringify(Object.fromEntries(form)),
        (form) => `<b>${form.get("client_secret")}</b>`,
        (form) => `Basic ${basic(form)}`,
        (form) => encodeURIComponent(form.get("refresh_token")!)
      ]
      for (const echo of echoes) {
        for (const answer of [
          (form: URLSearchParams) =>
            new Response(echo(form), { status: 400, headers: { "content-type": "text/html" } }),
          (form: URLSearchParams) => new Response(echo(form), { status: 302 }),
          (form: URLSearchParams) => json({ error: echo(form) }, 400)(),
          (form: URLSearchParams) => json({ error: "invalid_request", error_description: echo(form) }, 401)(),
          (form: URLSearchParams) => json({ error: { message: echo(form) } }, 403)(),
          (form: URLSearchParams) => json({ access_token: "a1", token_type: "Bearer", said: echo(form) }, 400)()
        ]) {
          wire.next("/token", ({ form }) => answer(form))
          const error = yield* Effect.flip(refresh)
          const shown = `${error.message}${JSON.stringify(error)}`
          for (const part of ["s+e", "s e", "s%20e", "r/f", "r%2Ff", "cyBl", "cyUyMGU", "a1", "grant_type="]) {
            assert.notInclude(shown, part)
          }
        }
      }
      wire.next("/token", page("<html>no such <i>page</i></html>", 404))
      const useful = yield* Effect.flip(refresh)
      assert.include(useful.message, "no such")
    }).pipe(Effect.provide(layer))
  )

  it.effect("D8, F1: a member that is null says nothing", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const nothing = { refresh_token: null, id_token: null, expires_in: null, scope: null }
      wire.next("/token", json({ access_token: "a", token_type: "Bearer", ...nothing }))
      const tokens = yield* exchange
      assert.deepStrictEqual(Object.keys(tokens), ["access_token", "token_type"])
      wire.next("/token", json({ access_token: null, token_type: "Bearer" }))
      assert.strictEqual((yield* failure)._tag, "BadResponse")
    }).pipe(Effect.provide(layer))
  )

  it.effect("D9: OAuth errors, LivePerson's envelope, HTML, text and nothing all decode to a useful error", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const cases = [
        [oauthError("invalid_grant", 400, "code is used"), "InvalidGrant"],
        [oauthError("invalid_client"), "InvalidClient"],
        [oauthError("invalid_client", 401), "InvalidClient"],
        [oauthError("unauthorized_client"), "Refused"],
        [json({ error: { time: 1, message: "bad site", internalCode: 17 } }, 400), "Refused"],
        [json({ error: { message: "wrong secret" } }, 401), "InvalidClient"],
        [page("<html>no</html>", 400), "BadResponse"],
        [page("", 404), "BadResponse"],
        [page("oauth_problem=nonce_used", 401, "text/plain"), "BadResponse"],
        [json({}, 429, { "retry-after": "3" }), "RateLimited"],
        [page("<html>oops</html>", 502), "Unavailable"]
      ] as const
      for (const [answer, expected] of cases) {
        wire.next("/token", answer)
        assert.strictEqual((yield* failure)._tag, expected)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("D9: says what the answer was, and repeats of it what has no tokens", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const described = oauthError("invalid_grant", 400, "code is used")
      const cases = [
        [described, { error: "invalid_grant", description: "code is used" }],
        [oauthError("invalid_grant"), { error: "invalid_grant" }],
        [
          page(" a \n\t b ", 400),
          { status: 400, contentType: "text/html", problem: "it is not an OAuth error", excerpt: " a b " }
        ],
        [page("", 404, "text/plain"), { status: 404, contentType: "text/plain", problem: "it is not an OAuth error" }],
        [page("planted", 201), { status: 201, contentType: "text/html", problem: "it is not a token response" }],
        // An error is one only by its status.
        [
          oauthError("invalid_grant", 201),
          { status: 201, contentType: "application/json", problem: "it is not a token response" }
        ],
        [
          json({ error: { message: "m" } }, 201),
          { status: 201, contentType: "application/json", problem: "it is not a token response" }
        ],
        ...[300, 302, 399].map(
          (status) =>
            [
              page("moved", status),
              {
                status,
                contentType: "text/html",
                problem: "it is a redirect, which is not followed",
                excerpt: "moved"
              }
            ] as const
        ),
        [
          page("", 500),
          { problem: "it answered with the status 500", status: 500, sent: true, contentType: "text/html" }
        ],
        [
          page("", 599),
          { problem: "it answered with the status 599", status: 599, sent: true, contentType: "text/html" }
        ]
      ] as const
      for (const [answer, expected] of cases) {
        wire.next("/token", answer)
        const { _tag, ...said } = { ...(yield* failure) }
        assert.deepStrictEqual(said, expected as never)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("D9: what an error of any status says is kept, of Sentinel and of the Domain API", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const secret = "planted-client-secret"
      const envelope = { error: { message: "backend X is down", internalCode: 7 } }
      const domains = yield* Domains
      for (const status of [429, 451, 500, 502, 503, 504, 599]) {
        for (const [answer, said, words] of [
          [json(envelope, status), { error: "backend X is down" }, "It said: backend X is down"],
          [
            oauthError("server_error", status, "try tomorrow"),
            { error: "server_error", description: "try tomorrow" },
            "It said: server_error: try tomorrow"
          ],
          [
            page("<h1>Bad Gateway</h1>", status),
            { excerpt: "<h1>Bad Gateway</h1>" },
            "It begins: <h1>Bad Gateway</h1>"
          ],
          [page(`<pre>${secret}</pre>`, status), {}, ""],
          [json({ error: secret }, status), { error: "not shown, since it repeats something secret" }, "not shown"]
        ] as const) {
          wire.next("/token", answer)
          const reason = yield* failure
          assert.include(["RateLimited", "Blocked", "Unavailable"], reason._tag)
          const { description, error, excerpt } = reason as unknown as { readonly [name: string]: string | undefined }
          assert.deepStrictEqual(
            Object.fromEntries(
              Object.entries({ error, description, excerpt }).filter(([, value]) => value !== undefined)
            ),
            said as never
          )
          assert.include(reason.message, words)
          assert.notInclude(`${reason.message} ${JSON.stringify(reason)}`, secret)
        }
        wire.next("/baseURI.json", json(envelope, status))
        const error = yield* domains
          .resolve(installation.accountId, `service${status}`)
          .pipe(Effect.flip, Effect.provideService(RetryPolicy.Current, RetryPolicy.none))
        assert(error.reason._tag === "Unavailable")
        assert.strictEqual(error.reason.status, status)
        assert.include(error.message, "It said: backend X is down")
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("D9: 451 is LivePerson's block, which neither waiting nor a new sign-in changes", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const refresh = SentinelClient.use((client) =>
        client.refresh({ ...context, refreshToken: Redacted.make("planted-refresh") })
      )
      for (const call of [exchange, refresh]) {
        wire.next("/token", page("", 451))
        const error = yield* Effect.flip(call)
        assert.strictEqual(error.reason._tag, "Blocked")
        assert.include(error.message, "Open a case with LivePerson Support.")
        assert.isFalse(error.isTransient)
        assert.isFalse(error.startAgain)
      }
      assert.strictEqual(wire.to("/token").length, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("D13: what the message says to wait is never less than LivePerson asks for", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      for (const [header, seconds] of [
        [{}, 5],
        [{ "retry-after": "0" }, 5],
        [{ "retry-after": "3" }, 5],
        [{ "retry-after": "90" }, 90]
      ] as const) {
        wire.next("/token", json({}, 429, header))
        assert.include((yield* failure).message, `Wait ${seconds} seconds`)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("D13: without a connection it tries again, and after one that broke it does not", () =>
    Effect.gen(function* () {
      for (const [code, times] of [
        ["ECONNREFUSED", 4],
        ["ECONNRESET", 1]
      ] as const) {
        let sent = 0
        const broken = HttpClient.make((request) => {
          sent += 1
          const cause = Object.assign(new Error("planted"), { code })
          return Effect.fail(
            new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
          )
        })
        const refresh = SentinelClient.use((client) =>
          client.refresh({ ...context, refreshToken: Redacted.make("planted-refresh") })
        ).pipe(Effect.provide(Layer.provide(sentinelClient, Layer.succeed(Transport, make(broken)))))
        const failing = yield* Effect.forkChild(Effect.flip(refresh))
        yield* TestClock.adjust("1 minute")
        const { operation, reason } = yield* Fiber.join(failing)
        assert.strictEqual(operation, "refresh")
        assert(reason._tag === "Unavailable")
        assert.strictEqual(reason.sent, code === "ECONNRESET")
        assert.match(reason.message, /connection/)
        assert.strictEqual(sent, times, code)
      }
    })
  )

  it.effect("D5: a redirect from the token endpoint is not followed", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", () => new Response("", { status: 307, headers: { location: "https://evil.example/token" } }))
      assert.strictEqual((yield* failure)._tag, "BadResponse")
      assert.strictEqual(wire.sent.length, 1)
      // Nor does it say anything about the grant.
      wire.next("/token", oauthError("invalid_grant", 302))
      assert.strictEqual((yield* failure)._tag, "BadResponse")
    }).pipe(Effect.provide(layer))
  )

  it.effect("D5: an answer without a status is a hidden redirect", () =>
    Effect.gen(function* () {
      ;(yield* Wire).next("/revoke", () => Response.error())
      const { reason } = yield* Effect.flip(
        SentinelClient.use((client) => client.revoke({ ...context, refreshToken: Redacted.make("planted-refresh") }))
      )
      assert.deepInclude(
        { ...reason },
        { _tag: "BadResponse", status: 0, problem: "it is a redirect, which is not followed" }
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("H1: a page that repeats the request brings back nothing secret", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const echo = (status: number, type: string, body: (form: string) => string) =>
        wire.next(
          "/token",
          (sent) => new Response(body(sent.form.toString()), { status, headers: { "content-type": type } })
        )
      echo(400, "text/html", (form) => `<pre>${form}</pre>`)
      const first = yield* Effect.flip(exchange)
      echo(400, "application/json", (form) => JSON.stringify({ error: "invalid_request", error_description: form }))
      const second = yield* Effect.flip(exchange)
      for (const error of [first, second]) {
        assert.notInclude(
          `${error.message}${JSON.stringify(error)}${String(error.stack)}${String(error.cause)}`,
          "planted"
        )
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("H1: nor does one that repeats it as it was sent, or in an address, whatever has to be escaped", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const code = Redacted.make("planted-code+/= ~!'()*%&")
      const writings: ReadonlyArray<(form: URLSearchParams) => string> = [
        (form) => form.toString(),
        (form) => `/callback?code=${encodeURIComponent(form.get("code")!)}`
      ]
      for (const write of writings) {
        wire.next("/token", ({ form }) => page(`<pre>${write(form)}</pre>`, 400)())
        const error = yield* Effect.flip(SentinelClient.use((client) => client.exchange({ ...context, code })))
        assert(error.reason._tag === "BadResponse")
        assert.isUndefined(error.reason.excerpt)
        assert.notInclude(error.message, "planted-code")
        assert.notInclude(error.message, "planted-client-secret")
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("H1: nor does one that repeats another call, or says it in an error", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const code = Redacted.make("planted-code")
      const codeVerifier = Redacted.make("planted-verifier")
      const refreshToken = Redacted.make("planted-refresh")
      const answers = [
        (form: string) => page(form, 400)(),
        (form: string) => oauthError("invalid_request", 400, form)(),
        (form: string) => oauthError(form)(),
        (form: string) => json({ error: { message: form } }, 400)()
      ]
      for (const [operation, path, call] of [
        ["exchange", "/token", SentinelClient.use((client) => client.exchange({ ...context, code, codeVerifier }))],
        ["refresh", "/token", SentinelClient.use((client) => client.refresh({ ...context, refreshToken }))],
        ["revoke", "/revoke", SentinelClient.use((client) => client.revoke({ ...context, refreshToken }))]
      ] as const) {
        for (const answer of answers) {
          wire.next(path, ({ form }) => answer(form.toString()))
          const error = yield* Effect.flip(Effect.asVoid(call))
          assert.strictEqual(error.operation, operation)
          assert.notInclude(error.message, "planted")
          assert.notInclude(error.message, "client_id")
          const { reason } = error
          if (reason._tag === "BadResponse") assert.isUndefined(reason.excerpt)
          else {
            assert(reason._tag === "Refused")
            assert.isUndefined(reason.description)
            assert.include(["invalid_request", "not shown, since it repeats something secret"], reason.error)
          }
        }
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("D10: an answer that never comes ends in a Timeout", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/token", () => Effect.never)
      const fiber = yield* Effect.forkChild(failure)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "Timeout")
    }).pipe(Effect.provide(layer))
  )

  it.effect("D2, D6: an app token is asked for with the credentials in the body, in version 2", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const appToken = SentinelClient.use((client) => client.appToken(context))
      const good = { access_token: "planted-access", token_type: "Bearer", expires_in: "3600", refresh_token: "r" }
      wire.next("/app/token", json(good))
      const token = yield* appToken
      assert.strictEqual(Redacted.value(token.access_token), "planted-access")
      assert.strictEqual(token.expires_in, 3600)
      assert.notProperty(token, "refresh_token")
      const [sent] = wire.to("/app/token")
      assert.strictEqual(sent!.url.pathname, `/sentinel/api/v2/account/${installation.accountId}/app/token`)
      assert.strictEqual(sent!.url.search, "")
      assert.deepStrictEqual(Object.fromEntries(sent!.form), {
        grant_type: "client_credentials",
        client_id: installation.clientId,
        client_secret: "planted-client-secret"
      })
      for (const [answer, expected] of [
        [oauthError("invalid_client"), "InvalidClient"],
        [oauthError("unauthorized_client"), "Refused"],
        [json({ token_type: "Bearer" }), "BadResponse"]
      ] as const) {
        wire.next("/app/token", answer)
        const error = yield* Effect.flip(appToken)
        assert.strictEqual(error.operation, "appToken")
        assert.strictEqual(error.reason._tag, expected)
        assert.isFalse(error.startAgain)
        assert.notInclude(error.message, "planted")
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("D8: an answer without tokens is an error of the call that it answers", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const refreshToken = Redacted.make("planted-refresh")
      wire.next("/token", page("", 200))
      const refresh = yield* Effect.flip(SentinelClient.use((client) => client.refresh({ ...context, refreshToken })))
      assert.strictEqual(refresh.operation, "refresh")
      assert.include(refresh.message, "it is not a token response")
    }).pipe(Effect.provide(layer))
  )

  it.effect("E5: an answer that is not a key set is an error of that call", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const keys = SentinelClient.use((client) => client.keys(sentinelOrigin))
      assert.strictEqual((yield* keys).keys.length, 1)
      // A key that is not understood is none, and no error.
      wire.next("/jwks", json({ keys: [{ n: "a" }] }))
      assert.deepStrictEqual(yield* keys, { keys: [] })
      for (const answer of [json({}), json({ keys: "a" }), page("", 200), page("", 404)]) {
        wire.next("/jwks", answer)
        const error = yield* Effect.flip(keys)
        assert.strictEqual(error.operation, "keys")
        assert.strictEqual(error.reason._tag, "BadResponse")
      }
    }).pipe(Effect.provide(layer))
  )
})
