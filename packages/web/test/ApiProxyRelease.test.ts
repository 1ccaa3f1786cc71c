/** Over real connections: what a call to LivePerson holds, and when it lets go. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Http from "@le-auth/core/Http"
import { Origin } from "@le-auth/core/Origin"
import * as RequestLimits from "@le-auth/core/RequestLimits"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { json } from "../../core/test/ScriptedSentinel.ts"
import { make } from "./Application.ts"

const own = { "x-le-auth": "1", "sec-fetch-site": "same-origin" }
const path = "/liveperson/msgHist/messaging_history/x"

/** A server, how many connections it has, and the most that it ever had. */
const listen = (listener: RequestListener) =>
  Effect.gen(function* () {
    const open = new Set<Socket>()
    const count = { most: 0 }
    const server = createServer({ keepAliveTimeout: 60_000 }, listener)
    server.on("connection", (socket) => {
      open.add(socket)
      count.most = Math.max(count.most, open.size)
      socket.on("close", () => open.delete(socket))
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
      () => Effect.sync(() => (server.close(), server.closeAllConnections()))
    )
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, open, count }
  })

const clients = [
  ["undici", NodeHttpClient.layerUndici],
  [
    "fetch",
    FetchHttpClient.layer.pipe(Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" })))
  ]
] as const

/** The number of calls at one time. */
const atOnce = 4

const until = (holds: () => boolean) =>
  Effect.gen(function* () {
    while (!holds()) yield* Effect.sleep("5 millis")
  }).pipe(Effect.timeout("10 seconds"))

/** A large body that never ends: what holds it holds a connection. */
const endless: (status: number, headers?: Record<string, string>) => RequestListener =
  (status, headers = {}) =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers })
    response.write("x".repeat(1000))
  }

for (const [name, layer] of clients) {
  /** An application whose calls to LivePerson go to a server of ours. */
  const proxied = (listener: RequestListener, limits: { readonly timeout: string; readonly deadline?: string }) =>
    Effect.gen(function* () {
      const api = yield* listen(listener)
      const client = yield* Layer.build(layer)
      const web = yield* make({
        // Loopback is allowed, and the first look-up names the server.
        domains: { domainApi: Origin.make("http://127.0.0.1:1") },
        routes: ApiProxy.layer({
          deadline: limits.deadline as never,
          services: { msgHist: { paths: ["/messaging_history/**"] } }
        }).pipe(
          Layer.provide(Layer.succeedContext(client)),
          Layer.provide(
            Layer.succeed(RequestLimits.RequestLimits, { timeout: limits.timeout as never, maximumBodySize: "1 MiB" })
          )
        )
      })
      const mine = web.browser()
      yield* Effect.promise(() => mine.signIn())
      const host = new URL(api.origin).host
      web.wire.next("/baseURI.json", json({ service: "msgHist", account: "12345678", baseURI: host }))
      const send = Effect.promise(() => mine.send(path, { headers: own }))
      return { api, send }
    })

  const read = (response: Response) =>
    Effect.promise(() =>
      response.text().then(
        () => "whole",
        () => "broken"
      )
    )

  describe(`over ${name}`, () => {
    it.live("D10, G8: an answer that stops in the middle ends at the limit", () =>
      Effect.gen(function* () {
        const { api, send } = yield* proxied(endless(200), { timeout: "1 second" })
        const answer = yield* send
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(yield* read(answer), "broken")
        yield* until(() => api.open.size === 0)
      })
    )

    it.live("D10, G8: an answer that drips ends at the deadline of the whole", () =>
      Effect.gen(function* () {
        const { api, send } = yield* proxied(
          (_, response) => {
            response.writeHead(200)
            const drip = setInterval(() => response.write("x"), 20)
            response.on("close", () => clearInterval(drip))
          },
          { timeout: "10 seconds", deadline: "1500 millis" }
        )
        assert.strictEqual(yield* read(yield* send), "broken")
        yield* until(() => api.open.size === 0)
      })
    )

    it.live("G8: an answer that the page does not read is let go of at the deadline", () =>
      Effect.gen(function* () {
        const { api, send } = yield* proxied(endless(200), { timeout: "10 seconds", deadline: "1500 millis" })
        const answer = yield* send
        assert.strictEqual(answer.status, 200)
        yield* until(() => api.open.size === 0)
        assert.strictEqual(yield* read(answer), "broken")
      })
    )

    for (const [what, listener, error] of [
      ["redirected", endless(302, { location: "https://evil.example/" }), "Redirected"],
      ["too large", endless(200, { "content-length": "9999999" }), "TooLarge"]
    ] as const) {
      it.live(`G8: 100 answers that are ${what} keep no connection`, () =>
        Effect.gen(function* () {
          const { api, send } = yield* proxied(listener, { timeout: "10 seconds" })
          yield* Effect.forEach(
            Array.from({ length: 100 }),
            () =>
              Effect.flatMap(send, (answer) =>
                Effect.promise(async () => assert.strictEqual((await answer.json()).error, error))
              ),
            { concurrency: atOnce }
          )
          // One is closing while the next is made; fetch of Node makes the next at once, and keeps it for a call to
          // come.
          yield* until(() => api.open.size <= (name === "fetch" ? 2 * atOnce : 0))
          assert.isAtMost(api.count.most, 2 * atOnce)
        })
      )
    }

    it.live("D10: what is discarded keeps no connection, with a body or without", () =>
      Effect.gen(function* () {
        for (const listener of [endless(401), ((_, response) => response.writeHead(204).end()) as RequestListener]) {
          const api = yield* listen(listener)
          const client = Context.get(yield* Layer.build(layer), HttpClient.HttpClient)
          // At most two that can be used again.
          for (let call = 0; call < 30; call++) yield* Effect.flatMap(client.get(api.origin), Http.discard)
          yield* until(() => api.open.size <= 2)
          assert.isAtMost(api.open.size, 2)
        }
      })
    )
  })
}
