/** A control with a token, which may listen anywhere. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Control from "@le-auth/sentinel/Control"
import { ControlApi } from "@le-auth/sentinel/ControlApi"
import * as ControlClient from "@le-auth/sentinel/ControlClient"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as RandomSecret from "@le-auth/sentinel/RandomSecret"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as FastCheck from "fast-check"
import { createServer, request as httpRequest } from "node:http"
import * as ControlAccess from "../../src/internal/control/ControlAccess.ts"

const token = "kT3v_9fRz0QmXw8LpYb2HsUeJd6NcGaVi1oK7tMx-4A"
const bearer = { authorization: `Bearer ${token}` }
const change = { "x-sentinel-control": "1" }

const services = Control.layerMemory(SentinelConfig.development()).pipe(Layer.provideMerge(NodeCrypto.layer))

/** Listens on all addresses; gives the port. */
const listen = Effect.fnUntraced(function* (options: ControlServer.Options) {
  const provided = Layer.succeedContext(yield* Layer.build(services))
  const server = ControlServer.layerWith(options).pipe(
    Layer.provide(provided),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "0.0.0.0" }))
  )
  const { address } = Context.get(yield* Layer.build(Layer.fresh(server)), HttpServer.HttpServer)
  return {
    port: Number(new URL(NetAddress.formatUrlUnsafe(address)).port),
    ...Context.get(yield* Layer.build(provided), Control.Control)
  }
})

interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | Array<string>>
  readonly text: string
}

/** A request with exactly these headers. */
const ask = (port: number, method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  Effect.promise(
    () =>
      new Promise<Answer>((resolve, reject) => {
        const host = { host: `sentinel:${port}` }
        const sent = httpRequest(
          { host: "127.0.0.1", port, method, path, headers: { ...host, ...headers }, agent: false },
          (response) => {
            let text = ""
            response.on("data", (data) => (text += String(data)))
            response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }))
          }
        )
        sent.on("error", reject)
        sent.end(body)
      })
  )

const cookieOf = ({ headers }: Answer): string => String(headers["set-cookie"]?.[0]).split(";")[0]!

/** All addresses that the contract has, with a value in each place of a path. */
const endpoints = (() => {
  const found: Array<readonly [string, string]> = []
  HttpApi.reflect(ControlApi, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint }) => void found.push([endpoint.method, endpoint.path.replaceAll(/:\w+/g, "12345678")])
  })
  return found
})()

describe("R90: a control with a token", () => {
  it.live("reads and changes nothing without it, whatever is asked", () =>
    Effect.gen(function* () {
      const { faults, journal, port } = yield* listen({ token: Redacted.make(token) })
      const others = [
        ["GET", "/"],
        ["HEAD", "/"],
        ["GET", "/?about=x"],
        ["GET", "/control/openapi.json"],
        ["GET", "/nowhere"],
        ["POST", "/sign-out"],
        ["OPTIONS", "/control/faults"],
        ["TRACE", "/control/faults"]
      ] as const
      yield* faults.add({ action: { type: "delay", by: Duration.millis(1) } })
      const before = yield* journal.read({})
      assert.isAbove(endpoints.length, 25)
      for (const [method, path] of [...endpoints, ...others]) {
        const answer = yield* ask(port, method, path, { ...change, "content-type": "application/json" })
        assert.strictEqual(answer.status, 401, `${method} ${path}`)
        assert.strictEqual(answer.headers["www-authenticate"], 'Bearer realm="control of Sentinel"')
        assert.strictEqual(answer.headers["cache-control"], "no-store")
        assert.notInclude(answer.text, "fault-1")
      }
      assert.deepStrictEqual(yield* journal.read({}), before)
      assert.lengthOf(yield* faults.list, 1)
    }).pipe(Effect.scoped)
  )

  it.live("answers by any name with it, also on loopback, and to the typed client", () =>
    Effect.gen(function* () {
      const { port } = yield* listen({ token: Redacted.make(token) })
      for (const host of [`sentinel:${port}`, "control.example", `127.0.0.1:${port}`, `192.0.2.1:${port}`]) {
        assert.strictEqual((yield* ask(port, "GET", "/control/faults", { ...bearer, host })).status, 200)
        assert.strictEqual((yield* ask(port, "GET", "/control/faults", { host })).status, 401)
      }
      assert.strictEqual((yield* ask(port, "DELETE", "/control/faults", { ...bearer, ...change })).status, 204)
      assert.strictEqual((yield* ask(port, "DELETE", "/control/faults", bearer)).status, 403)

      const origin = `http://127.0.0.1:${port}`
      const control = yield* ControlClient.make(origin, { token: Redacted.make(token) })
      assert.deepStrictEqual(yield* control.faults.list(), [])
      const without = yield* ControlClient.make(origin)
      const error = yield* Effect.flip(without.faults.list())
      assert.strictEqual(error._tag, "TokenRequired")
      assert.include(error.message, "Authorization: Bearer TOKEN")
    }).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live("refuses another token, and says so", () =>
    Effect.gen(function* () {
      const { port } = yield* listen({ token: Redacted.make(token) })
      const wrong = [
        `Bearer ${token}x`,
        `Bearer ${token.slice(1)}`,
        `Bearer ${token.toLowerCase()}`,
        "Bearer ",
        token,
        `Basic ${btoa(`:${token}`)}`,
        `Bearer ${"é".repeat(43)}`
      ]
      const answers = yield* Effect.forEach(
        wrong,
        (authorization) =>
          ask(port, "GET", "/control/faults", { authorization: Buffer.from(authorization).toString("latin1") }),
        { concurrency: "unbounded" }
      )
      for (const { headers, status, text } of answers) {
        assert.strictEqual(status, 401)
        assert.include(String(headers["www-authenticate"]), 'error="invalid_token"')
        assert.deepStrictEqual(JSON.parse(text), {
          _tag: "TokenRequired",
          problem: "The token is not that of this control."
        })
      }
    }).pipe(Effect.scoped)
  )

  it.live("a page of another origin reaches nothing, with the token or the cookie of a browser", () =>
    Effect.gen(function* () {
      const { port } = yield* listen({ token: Redacted.make(token) })
      const signed = yield* ask(
        port,
        "POST",
        "/sign-in",
        { "content-type": "application/x-www-form-urlencoded", origin: `http://sentinel:${port}` },
        `token=${token}`
      )
      assert.strictEqual(signed.status, 303)
      const cookie = cookieOf(signed)
      const own = `http://sentinel:${port}`
      const json = { "content-type": "application/json" }
      assert.strictEqual((yield* ask(port, "GET", "/control/faults", { cookie, origin: own })).status, 200)
      const pages: ReadonlyArray<readonly [string, Record<string, string>]> = [
        ["GET", { "sec-fetch-site": "cross-site" }],
        ["GET", { "sec-fetch-site": "same-site" }],
        ["GET", { origin: `http://sentinel:${port + 1}` }],
        ["GET", { origin: `https://sentinel:${port}` }],
        ["DELETE", { ...change, origin: "https://evil.example" }],
        ["DELETE", { ...change, origin: "null" }],
        ["POST", { ...json, "sec-fetch-site": "same-origin", origin: "https://evil.example" }],
        // A form, and text, are sent without asking first.
        ["POST", { "content-type": "application/x-www-form-urlencoded" }],
        ["POST", { "content-type": "text/plain" }],
        ["OPTIONS", { origin: "https://evil.example", "access-control-request-method": "DELETE" }]
      ]
      for (const [method, headers] of pages) {
        for (const credentials of [{ cookie }, bearer]) {
          const answer = yield* ask(port, method, "/control/faults", { ...headers, ...credentials })
          assert.strictEqual(answer.status, 403, `${method} ${JSON.stringify(headers)}`)
          assert.isFalse(Object.keys(answer.headers).some((name) => name.startsWith("access-control-")))
        }
      }
      // Nor can it sign this browser in or out.
      for (const path of ["/sign-in", "/sign-out"]) {
        const form = { "content-type": "application/x-www-form-urlencoded", origin: "https://evil.example", cookie }
        assert.strictEqual((yield* ask(port, "POST", path, form, `token=${token}`)).status, 403)
      }
      // A name that was rebound to this address: the page is of its origin, and has no cookie of ours.
      const rebound = {
        host: `evil.example:${port}`,
        origin: `http://evil.example:${port}`,
        "sec-fetch-site": "same-origin"
      }
      assert.strictEqual((yield* ask(port, "GET", "/control/faults", rebound)).status, 401)
    }).pipe(Effect.scoped)
  )

  it.live("asks a browser once, for twelve hours or until the sign-out, and gives it no token", () =>
    Effect.gen(function* () {
      const { port } = yield* listen({ token: Redacted.make(token) })
      const form = { "content-type": "application/x-www-form-urlencoded", origin: `http://sentinel:${port}` }
      const asked = yield* ask(port, "GET", "/")
      assert.strictEqual(asked.status, 401)
      assert.include(asked.text, '<form method="post" action="/sign-in">')
      assert.include(String(asked.headers["content-security-policy"]), "default-src 'none'")
      assert.include(String(asked.headers["content-security-policy"]), "form-action 'self'; frame-ancestors 'none'")
      assert.strictEqual(asked.headers["referrer-policy"], "same-origin")

      const refused = yield* ask(port, "POST", "/sign-in", form, "token=guess")
      assert.strictEqual(refused.status, 401)
      assert.include(refused.text, "This is not the token of this control")
      assert.isUndefined(refused.headers["set-cookie"])
      const empty = yield* ask(port, "POST", "/sign-in", form, "")
      assert.deepStrictEqual([empty.status, empty.headers["set-cookie"]], [401, undefined])
      const long = yield* ask(port, "POST", "/sign-in", form, `token=${"x".repeat(70_000)}`)
      assert.strictEqual(long.status, 401)

      const signed = yield* ask(port, "POST", "/sign-in", form, `token=%20${token}%0A`)
      assert.deepStrictEqual([signed.status, signed.headers["location"]], [303, "/"])
      const [set = ""] = signed.headers["set-cookie"] ?? []
      assert.match(
        set,
        new RegExp(`^sentinel-control-${port}=[\\w-]{43}; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict$`)
      )
      assert.notInclude(set, token)
      const cookie = cookieOf(signed)
      const page = yield* ask(port, "GET", "/", { cookie })
      assert.strictEqual(page.status, 200)
      assert.include(page.text, "What Sentinel was asked")
      assert.include(page.text, 'action="/sign-out"')
      assert.strictEqual((yield* ask(port, "GET", "/control/openapi.json", { cookie })).status, 200)

      // The address of a view is where the browser goes on; no other host ever is.
      const wanted = yield* ask(port, "GET", "/requests?about=3fa9c1d2&text=%22")
      assert.include(wanted.text, 'name="address" value="/requests?about=3fa9c1d2&amp;text=%22"')
      for (const [address, location] of [
        ["/requests?about=3fa9c1d2", "/requests?about=3fa9c1d2"],
        ["//evil.example", "/"],
        ["/\\evil.example", "/"],
        ["https://evil.example", "/"],
        ["/a\r\nset-cookie: x=y", "/"]
      ] as const) {
        const body = new URLSearchParams({ token, address }).toString()
        assert.strictEqual((yield* ask(port, "POST", "/sign-in", form, body)).headers["location"], location)
      }

      const out = yield* ask(port, "POST", "/sign-out", { ...form, cookie })
      assert.deepStrictEqual([out.status, out.headers["location"]], [303, "/"])
      assert.match(String(out.headers["set-cookie"]?.[0]), /=; Max-Age=0; .*Expires=/)
      const copy = yield* ask(port, "GET", "/control/faults", { cookie })
      assert.strictEqual(copy.status, 401)
    }).pipe(Effect.scoped)
  )

  it.live("is refused if it can be guessed, or if a header cannot have it", () =>
    Effect.gen(function* () {
      const weak = {
        "": "characters",
        short: "guessed",
        [token.slice(1, 42)]: "guessed",
        ["0123456789abcdef".repeat(4).slice(1)]: "guessed",
        ["ab".repeat(200)]: "guessed",
        [`${token} `]: "characters",
        [`${token}\n`]: "characters",
        [`pässword${token}`]: "characters",
        [token.repeat(12)]: "more than 512"
      }
      for (const [text, words] of Object.entries(weak)) {
        const error = yield* Effect.flip(Effect.scoped(listen({ token: Redacted.make(text) })))
        assert.strictEqual((error as ControlServer.WeakToken)._tag, "WeakToken")
        assert.include((error as ControlServer.WeakToken).message, words)
        if (text.length > 9) assert.notInclude((error as ControlServer.WeakToken).message, text.slice(0, 8))
      }
      yield* Effect.scoped(listen({ token: Redacted.make("0123456789abcdef".repeat(4)) }))
    })
  )

  it.effect("a drawn secret is always one that it takes", () =>
    Effect.gen(function* () {
      const drawn = yield* Effect.replicateEffect(RandomSecret.make, 200)
      const texts = drawn.map((secret) => Redacted.value(secret))
      assert.strictEqual(new Set(texts).size, 200)
      for (const text of texts) assert.isFalse(RandomSecret.canBeGuessed(text, 256), text)
      assert.notInclude(String(drawn[0]), texts[0]!)
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it("a text with fewer bits than asked for is never taken", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.stringMatching(/^[0-9a-f]{0,63}$/), (text) => RandomSecret.canBeGuessed(text, 256))
    )
  })
})

describe("wrong tokens", () => {
  const access = ControlAccess.make(Redacted.make(token), true)
  const request = (headers: Record<string, string>) =>
    HttpServerRequest.fromWeb(new Request("https://sentinel:4402/", { headers }))

  it.effect("cost a second each, at most 64 at a time, and no right one waits", () =>
    Effect.gen(function* () {
      const { judge, judgeToken } = yield* access
      const waiting = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 64 }, (_, at) => judgeToken(`guess ${at}`)),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(yield* judgeToken("one more"), "crowded")
      assert.strictEqual(yield* judgeToken(token), "right")
      assert.strictEqual(yield* judge(request(bearer)), "right")
      assert.strictEqual(yield* judge(request({})), "missing")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(new Set(yield* Fiber.join(waiting)), new Set(["wrong"]))
      const next = yield* Effect.forkChild(judgeToken("one more"))
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* Fiber.join(next), "wrong")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("give their place back when the guesser goes away", () =>
    Effect.gen(function* () {
      const { judgeToken } = yield* access
      for (let round = 0; round < 3; round++) {
        const waiting = yield* Effect.forkChild(
          Effect.all(
            Array.from({ length: 64 }, () => judgeToken("guess")),
            { concurrency: "unbounded" }
          )
        )
        yield* TestClock.adjust("1 millis")
        assert.strictEqual(yield* judgeToken("one more"), "crowded")
        yield* Fiber.interrupt(waiting)
      }
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("the sign-in of a browser ends after twelve hours, and with TLS its cookie is of this host alone", () =>
    Effect.gen(function* () {
      const { judge, signIn } = yield* access
      const signed = yield* signIn(request({ host: "sentinel:4402" }), HttpServerResponse.empty())
      const [set] = Object.values(signed.cookies.cookies)
      assert.strictEqual(set?.name, "__Host-sentinel-control-4402")
      assert.deepInclude(set?.options, { secure: true, httpOnly: true, sameSite: "strict", path: "/" })
      const back = request({ host: "sentinel:4402", cookie: `${set?.name}=${set?.value}` })
      assert.strictEqual(yield* judge(back), "right")
      yield* TestClock.adjust("11 hours")
      assert.strictEqual(yield* judge(back), "right")
      yield* TestClock.adjust("1 hours")
      const late = yield* Effect.forkChild(judge(back))
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* Fiber.join(late), "wrong")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )
})
