import { assert, describe, it } from "@effect/vitest"
import * as Domains from "@le-auth/core/Domains"
import { AccountId } from "@le-auth/core/Identifiers"
import type { Origin } from "@le-auth/core/Origin"
import { RequestLimits } from "@le-auth/core/RequestLimits"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Transport from "@le-auth/core/Transport"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import type * as Http from "node:http"
import * as Zlib from "node:zlib"
import { installation } from "./FakeSentinel.ts"
import { accept, serve } from "./Servers.ts"
import { all } from "./Transports.ts"

const tokens = JSON.stringify({ access_token: "a", token_type: "Bearer", refresh_token: "r2" })

const call = <A, E>(use: (client: SentinelClient.SentinelClient["Service"]) => Effect.Effect<A, E>) =>
  SentinelClient.SentinelClient.use(use)

/** All calls that carry credentials or say where they go. */
const calls = (sentinel: Origin) => {
  const endpoint = { installation: installation(), sentinel }
  const refreshToken = Redacted.make("planted-refresh")
  return [
    call((client) => client.exchange({ ...endpoint, code: Redacted.make("planted-code") })),
    call((client) => client.refresh({ ...endpoint, refreshToken })),
    call((client) => client.revoke({ ...endpoint, refreshToken })),
    call((client) => client.appToken(endpoint)),
    call((client) => client.keys(sentinel))
  ]
}

const refresh = (sentinel: Origin) => calls(sentinel)[1]!

describe.each(all)("Transport over %s", (_, transport) => {
  const layer = Layer.provideMerge(SentinelClient.layer, transport)

  it.live("D5: no redirect of any call sends anything on, and nothing of it is believed", () =>
    Effect.gen(function* () {
      const other = yield* serve((_, response) => {
        response.writeHead(200, { "content-type": "application/json" }).end(tokens)
      })
      for (const status of [300, 301, 302, 303, 307, 308]) {
        const { origin, requests } = yield* serve((_, response) => {
          response.writeHead(status, { location: `${other.origin}/elsewhere` }).end()
        })
        for (const each of calls(origin)) {
          const { reason } = yield* Effect.flip(each)
          assert.strictEqual(reason._tag, "BadResponse")
          assert.include(reason.message, "it is a redirect, which is not followed")
        }
        const domains = Layer.provide(Domains.layerWith({ domainApi: origin }), transport)
        const { message } = yield* Domains.resolve(AccountId.make("12345678"), "sentinel").pipe(
          Effect.flip,
          Effect.provide(domains)
        )
        assert.include(message, "it is a redirect, which is not followed")
        assert.strictEqual(requests.length, 6)
      }
      assert.deepStrictEqual(other.requests, [])
    }).pipe(Effect.provide(layer), Effect.provideService(RetryPolicy.Current, RetryPolicy.none))
  )

  it.live("D5: to the same server at another address neither", () =>
    Effect.gen(function* () {
      const { origin, requests } = yield* serve((request, response) => {
        if (request.url === "/elsewhere") return void response.end(tokens)
        response.writeHead(307, { location: "/elsewhere" }).end()
      })
      assert.strictEqual((yield* Effect.flip(refresh(origin))).reason._tag, "BadResponse")
      assert.strictEqual(requests.length, 1)
    }).pipe(Effect.provide(layer))
  )

  const packed: ReadonlyArray<readonly [string, Buffer]> = [
    ["gzip", Zlib.gzipSync(tokens)],
    ["x-gzip", Zlib.gzipSync(tokens)],
    ["deflate", Zlib.deflateSync(tokens)],
    // Without the frame of zlib, as some servers send it.
    ["deflate", Zlib.deflateRawSync(tokens)],
    // No coding, and one that is named and not used.
    ["utf-8", Buffer.from(tokens)],
    ["identity", Buffer.from(`\ufeff${tokens}`)],
    ["br", Zlib.brotliCompressSync(tokens)],
    ["identity", Buffer.from(tokens)],
    ["GZIP", Zlib.gzipSync(tokens)]
  ]
  it.live("D10: identity is asked for, and tokens in any standard coding are read", () =>
    Effect.gen(function* () {
      const asked: Array<string | undefined> = []
      for (const [coding, body] of packed) {
        const { origin } = yield* serve((request, response) => {
          asked.push(request.headers["accept-encoding"])
          response.writeHead(200, { "content-type": "application/json", "content-encoding": coding }).end(body)
        })
        const received = yield* call((client) =>
          client.exchange({ installation: installation(), sentinel: origin, code: Redacted.make("c") })
        )
        assert.strictEqual(Redacted.value(received.refresh_token!), "r2", coding)
      }
      assert.deepStrictEqual([...new Set(asked)], ["identity"])
    }).pipe(Effect.provide(layer))
  )

  it.live("D10: an answer without a body is in no coding, whatever it says", () =>
    Effect.gen(function* () {
      for (const status of [200, 204, 401]) {
        const { origin } = yield* serve((_, response) => {
          response.writeHead(status, { "content-encoding": "gzip" }).end()
        })
        const request = { method: "GET", url: origin, headers: {} } as const
        const answer = yield* Transport.Transport.use((transport) => transport.send(request))
        assert.deepStrictEqual([answer.status, answer.body], [status, ""])
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("D10, D14: a bomb is too large, and what is in no coding, or in an unknown one, is named", () =>
    Effect.gen(function* () {
      const bomb = Buffer.alloc(20 * 2 ** 20, " ")
      for (const [coding, body, tag, words] of [
        ["gzip", Zlib.gzipSync(bomb), "AnswerTooLarge", "larger than 1 MiB"],
        ["br", Zlib.brotliCompressSync(bomb), "AnswerTooLarge", "larger than 1 MiB"],
        ["gzip", Buffer.from([0, 1, 2, 255]), "Undecodable", "coding that cannot be read"],
        ["wrapped-up", Buffer.from([0, 1, 2, 255]), "Undecodable", "wrapped-up"]
      ] as const) {
        const { origin, requests } = yield* serve((_, response) => {
          response.writeHead(200, { "content-type": "application/json", "content-encoding": coding }).end(body)
        })
        const { reason } = yield* Effect.flip(refresh(origin))
        assert(reason._tag === "Unavailable", coding)
        assert.strictEqual(reason.transport?._tag, tag, coding)
        assert.isTrue(reason.sent)
        assert.include(reason.message, words)
        assert.strictEqual(requests.length, 1)
      }
    }).pipe(Effect.provide(layer))
  )

  it.live("D10: the time limit is for all of an answer", () =>
    Effect.gen(function* () {
      const { origin } = yield* serve((_, response) => {
        response.writeHead(200).write("{")
      })
      const { reason } = yield* Effect.flip(refresh(origin))
      assert.strictEqual(reason._tag, "Timeout")
    }).pipe(
      Effect.provide(layer),
      Effect.provideService(RequestLimits, { timeout: "300 millis", maximumBodySize: "1 MiB" })
    )
  )

  it.live("D10: an interruption ends the request at the other side", () =>
    Effect.gen(function* () {
      const came = yield* Deferred.make<void>()
      const left = yield* Deferred.make<void>()
      const { origin } = yield* accept("http", (socket) => {
        socket.once("data", () => Deferred.doneUnsafe(came, Effect.void))
        socket.once("close", () => Deferred.doneUnsafe(left, Effect.void))
      })
      const calling = yield* Effect.forkChild(refresh(origin))
      yield* Deferred.await(came)
      yield* Fiber.interrupt(calling)
      yield* Deferred.await(left)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(calling)))
    }).pipe(Effect.provide(layer))
  )

  it.live("J4: a tracer gets one span of a client, without trace headers or secrets", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.Span> = []
      const headers: Array<Http.IncomingHttpHeaders> = []
      const { origin } = yield* serve((request, response) => {
        headers.push(request.headers)
        response.writeHead(429, { "x-request": "1" }).end()
      })
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      yield* Effect.flip(refresh(origin)).pipe(
        Effect.withTracer(tracer),
        Effect.provideService(RetryPolicy.Current, RetryPolicy.none)
      )
      const [span, ...others] = spans.filter(({ kind }) => kind === "client")
      assert.deepStrictEqual(others, [])
      assert.strictEqual(span!.name, "POST")
      assert.strictEqual(span!.attributes.get("http.response.status_code"), 429)
      assert.strictEqual(span!.attributes.get("server.address"), "127.0.0.1")
      assert.notProperty(headers[0]!, "traceparent")
      assert.notProperty(headers[0]!, "b3")
      assert.notInclude(JSON.stringify([...span!.attributes]), "planted")
    }).pipe(Effect.provide(layer))
  )
})

describe("Transport.layer over a client of another kind", () => {
  it.live("D5: an answer that came from elsewhere is none", () =>
    Effect.gen(function* () {
      const client = HttpClient.makeWith(
        (request: Effect.Effect<HttpClientRequest.HttpClientRequest, HttpClientError>) =>
          Effect.map(request, (request) =>
            HttpClientResponse.fromWeb(HttpClientRequest.setUrl(request, "https://evil.example/"), new Response(tokens))
          ),
        Effect.succeed
      )
      const layer = SentinelClient.layer.pipe(
        Layer.provide(Transport.layer),
        Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
      )
      const error = yield* refresh("https://va.sentinel.liveperson.net" as Origin).pipe(
        Effect.flip,
        Effect.provide(layer)
      )
      assert.strictEqual(error.reason._tag, "BadResponse")
    })
  )
})

describe("NodeHttp.layer", () => {
  it.live("D14: a request to an address of another scheme fails with a problem, and dies of none", () =>
    Effect.gen(function* () {
      const { send } = yield* Transport.Transport
      const problem = yield* Effect.flip(send({ method: "GET", url: "planted://nowhere", headers: {} }))
      assert.strictEqual(problem._tag, "UnknownProblem")
    }).pipe(Effect.provide(NodeHttp.layer))
  )

  it.live("G8: an answer that is not read ends with the scope of its request", () =>
    Effect.gen(function* () {
      const left = yield* Deferred.make<void>()
      const { origin } = yield* serve((_, response) => {
        response.once("close", () => Deferred.doneUnsafe(left, Effect.void))
        response.writeHead(200).write("{")
      })
      const client = HttpClient.withScope(Context.get(yield* Layer.build(NodeHttp.layer), HttpClient.HttpClient))
      const { status } = yield* Effect.scoped(client.get(origin))
      yield* Deferred.await(left)
      assert.strictEqual(status, 200)
    })
  )

  it.live("D10: what comes before an answer is none", () =>
    Effect.gen(function* () {
      const { origin } = yield* serve((_, response) => {
        response.writeProcessing()
        response.writeEarlyHints({ link: "</a>; rel=preload" })
        response.writeHead(200, { "content-type": "application/json" }).end(tokens)
      })
      const { token_type } = yield* call((client) =>
        client.refresh({ installation: installation(), sentinel: origin, refreshToken: Redacted.make("r") })
      )
      assert.strictEqual(token_type, "Bearer")
    }).pipe(Effect.provide(Layer.provide(SentinelClient.layer, NodeHttp.layer)))
  )

  it.live("D10: its client asks for identity unless it is told otherwise, and decodes what comes all the same", () =>
    Effect.gen(function* () {
      const asked: Array<string | undefined> = []
      const { origin } = yield* serve((request, response) => {
        asked.push(request.headers["accept-encoding"])
        response.writeHead(200, { "content-encoding": "br, gzip" })
        response.end(Zlib.gzipSync(Zlib.brotliCompressSync(tokens)))
      })
      const client = Context.get(yield* Layer.build(NodeHttp.layer), HttpClient.HttpClient)
      for (const headers of [{}, { "accept-encoding": "br" }]) {
        const response = yield* client.get(origin, { headers })
        assert.strictEqual(yield* response.text, tokens)
        assert.notProperty(response.headers, "content-encoding")
      }
      assert.deepStrictEqual(asked, ["identity", "br"])
    })
  )
})
