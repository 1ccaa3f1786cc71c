import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Origin } from "@le-auth/core/Origin"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import type { Transport } from "@le-auth/core/Transport"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { once } from "node:events"
import * as Http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { installation } from "./FakeSentinel.ts"

interface TokenEndpoint {
  origin: Origin
  /** The bodies that arrived, and how many connections they came over. */
  readonly bodies: Array<string>
  connections: number
}

/**
 * A token endpoint that resets connections: those that were idle for so long just when the next request arrives, so
 * that it is lost, or each in place of an answer.
 */
const tokenEndpoint = (idle: number | "reset") =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const endpoint: TokenEndpoint = { origin: Origin.make("http://localhost"), bodies: [], connections: 0 }
        const usedAt = new WeakMap<Socket, number>()
        const server = Http.createServer({ keepAliveTimeout: 0 }, async (request, response) => {
          const { socket } = request
          const before = usedAt.get(socket)
          if (before !== undefined && idle !== "reset" && performance.now() - before >= idle) {
            return void socket.resetAndDestroy()
          }
          let body = ""
          for await (const chunk of request) body += String(chunk)
          endpoint.bodies.push(body)
          if (idle === "reset") return void socket.resetAndDestroy()
          response.once("finish", () => usedAt.set(socket, performance.now()))
          // It promises more than it keeps.
          response.writeHead(200, { "content-type": "application/json", "keep-alive": "timeout=60" })
          return response.end(JSON.stringify({ access_token: "a", token_type: "Bearer" }))
        }).on("connection", () => void (endpoint.connections += 1))
        await once(server.listen(0, "127.0.0.1"), "listening")
        endpoint.origin = Origin.make(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
        return { endpoint, server }
      }),
      ({ server }) =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    ),
    ({ endpoint }) => endpoint
  )

const callers = Array.from({ length: 40 }, (_, index) => index)
const to = (sentinel: Origin) => ({ installation: installation(), sentinel })
const exchange = (sentinel: Origin, code: string) =>
  SentinelClient.SentinelClient.use((client) => client.exchange({ ...to(sentinel), code: Redacted.make(code) }))
const refresh = (sentinel: Origin, token: string) =>
  SentinelClient.SentinelClient.use((client) => client.refresh({ ...to(sentinel), refreshToken: Redacted.make(token) }))

const over = (http: Layer.Layer<Transport>) => Layer.provide(SentinelClient.layer, http)

describe.concurrent("connections that are kept", () => {
  it.live.each([1500, 2000, 5000])(
    "D4: no sign-in or refresh meets the close of a connection that was idle for %s ms",
    (idle) =>
      Effect.gen(function* () {
        const endpoint = yield* tokenEndpoint(idle)
        yield* Effect.forEach(
          callers,
          (index) =>
            Effect.gen(function* () {
              yield* exchange(endpoint.origin, `code-${index}`)
              yield* Effect.sleep(idle + index)
              yield* refresh(endpoint.origin, `refresh-${index}`)
            }),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(endpoint.bodies.length, 80)
        assert.strictEqual(new Set(endpoint.bodies).size, 80)
      }).pipe(Effect.provide(over(NodeHttp.layer)), Effect.provideService(RetryPolicy.Current, RetryPolicy.none)),
    30_000
  )

  it.live("D4: calls that come at once share a connection, and a dispatcher of the program's keeps its own", () =>
    Effect.gen(function* () {
      const connections = (http: Layer.Layer<Transport>, pause: number) =>
        Effect.gen(function* () {
          const endpoint = yield* tokenEndpoint(60_000)
          yield* exchange(endpoint.origin, "code")
          yield* Effect.sleep(pause)
          yield* refresh(endpoint.origin, "refresh")
          return endpoint.connections
        }).pipe(Effect.provide(over(http)))
      const dispatcher = yield* NodeHttpClient.makeDispatcher
      assert.deepStrictEqual(
        yield* Effect.all(
          [
            connections(NodeHttp.layer, 0),
            connections(NodeHttp.layer, 1500),
            connections(NodeHttp.layerWith({ dispatcher }), 1500)
          ],
          { concurrency: "unbounded" }
        ),
        [1, 2, 1]
      )
    })
  )

  it.live(
    "D4: of a request on a connection that breaks the failure says that it may have arrived, and it is not repeated",
    () =>
      Effect.gen(function* () {
        const endpoint = yield* tokenEndpoint("reset")
        for (const call of [exchange(endpoint.origin, "code"), refresh(endpoint.origin, "refresh")]) {
          const { reason } = yield* Effect.flip(call)
          assert(reason._tag === "Unavailable" && reason.sent)
        }
        assert.strictEqual(endpoint.bodies.length, 2)
      }).pipe(Effect.provide(over(NodeHttp.layer)))
  )
})
