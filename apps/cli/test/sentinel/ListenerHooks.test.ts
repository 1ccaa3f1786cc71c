/** What clients that mean harm, or are broken, get from the server of Sentinel. */
import { fetch } from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeListener from "@le-auth/node/NodeListener"
import * as ListenerHooks from "@le-auth/sentinel/ListenerHooks"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import type { AddressInfo } from "node:net"

import { dial, request, statusOf } from "./Wire.ts"

const start = Effect.fnUntraced(function* (limits: Partial<NodeListener.Limits> = {}) {
  const lines: Array<string> = []
  const settings = Layer.mergeAll(
    Layer.succeed(Metric.MetricRegistry, new Map()),
    Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))]),
    NodeCrypto.layerServer
  )
  return yield* Effect.gen(function* () {
    const hooks = yield* ListenerHooks.make
    const context = yield* Layer.build(
      Sentinel.layerServerWith({ metrics: true }).pipe(
        Layer.provideMerge(NodeListener.layer({ port: 0, hooks, limits })),
        Layer.provide(Sentinel.layerMemory(SentinelConfig.development()))
      )
    )
    const { drain: drainWithin, server } = Context.get(context, NodeListener.NodeListener)
    const { port } = server.address() as AddressInfo
    const drain = (within: number) => Effect.runPromise(drainWithin(within))
    const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    return { port, lines, metrics, drain, server }
  }).pipe(Effect.provide(settings))
})

const inScope = <E>(
  work: (running: Effect.Success<ReturnType<typeof start>>) => Promise<void>,
  limits?: Partial<NodeListener.Limits>
) =>
  Effect.scoped(Effect.flatMap(start(limits), (running) => Effect.promise(() => work(running)))) as Effect.Effect<
    void,
    E
  >

const token = "POST /sentinel/api/account/12345678/token?v=1.0"
const form = { "Content-Type": "application/x-www-form-urlencoded" }

describe("headers", () => {
  const state = (length: number) =>
    `GET /sentinel/api/account/12345678/authorize?client_id=11111111-1111-4111-8111-111111111111&redirect_uri=http://localhost:3000/callback&state=${"s".repeat(length)}`

  it.live("R94: more than 16 KiB get 431 with our page, an id and a count", () =>
    inScope(async ({ lines, metrics, port }) => {
      const client = await dial(port)
      client.send(request(state(17_000), { Accept: "text/html" }))
      const answer = await client.closed()
      assert.strictEqual(statusOf(answer), "431")
      assert.include(answer, "content-type: text/html")
      assert.include(answer, "larger than 16 KiB")
      const id = /x-request-id: (\S+)/.exec(answer)![1]!
      assert.include(answer, `<code>${id}</code>`)
      assert.match(answer, /content-security-policy: default-src 'none'/)
      assert.include(lines.join("\n"), id)
      assert.notInclude(lines.join("\n"), "sss")
      assert.include(await metrics(), 'sentinel_http_connections_refused_total{reason="headers_too_large"} 1\n')
    })
  )

  it.live("programs get the same as JSON, of the length that it says", () =>
    inScope(async ({ port }) => {
      const client = await dial(port)
      client.send(request("GET /", { Cookie: Array.from({ length: 10_000 }, (_, n) => `c${n}=v`).join("; ") }))
      const [head = "", body = ""] = (await client.closed()).split("\r\n\r\n")
      assert.strictEqual(statusOf(head), "431")
      assert.strictEqual(JSON.parse(body).error, "invalid_request")
      assert.include(head, `content-length: ${body.length}`)
    })
  )

  it.live("a state of 2 KiB and 3,000 short cookies pass", () =>
    inScope(async ({ port }) => {
      const client = await dial(port)
      client.send(request(state(2048), { Cookie: Array.from({ length: 3000 }, (_, n) => `${n % 10}=`).join(";") }))
      assert.strictEqual(statusOf(await client.answer(/\r\n\r\n/)), "302")
      client.socket.destroy()
    })
  )

  it.live("what is not HTTP gets 400, once", () =>
    inScope(async ({ metrics, port }) => {
      for (const text of [
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        `${token} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n`
      ]) {
        const client = await dial(port)
        client.send(text)
        const answer = await client.closed()
        assert.strictEqual(statusOf(answer), "400", JSON.stringify(text))
        assert.strictEqual(answer.split("HTTP/1.1 ").length, 2)
      }
      assert.include(await metrics(), 'sentinel_http_connections_refused_total{reason="malformed"} 3\n')
    })
  )
})

describe("slow clients", () => {
  const quick = { headersTime: 300, requestTime: 600 }

  it.live("who sends headers byte by byte is refused in time", () =>
    inScope(async ({ metrics, port }) => {
      const client = await dial(port)
      const text = request("GET /", { "X-Slow": "a".repeat(10_000) })
      let sent = 0
      const timer = setInterval(() => client.socket.writable && client.send(text[sent++]!), 20)
      const answer = await client.closed()
      clearInterval(timer)
      // A byte that is on its way when the connection is closed can take the answer away from the client, as with any
      // server.
      if (answer !== "") assert.strictEqual(statusOf(answer), "408")
      assert.isBelow(sent, text.length)
      assert.include(await metrics(), 'sentinel_http_connections_refused_total{reason="too_slow"} 1\n')
    }, quick)
  )

  it.live("who sends a body byte by byte is refused in time, though others are served meanwhile", () =>
    inScope(async ({ port }) => {
      const client = await dial(port)
      client.send(request(token, { ...form, "Content-Length": 60_000 }))
      const timer = setInterval(() => client.socket.writable && client.send("a"), 20)
      assert.strictEqual((await fetch(`http://127.0.0.1:${port}/health/live`)).status, 200)
      const answer = await client.closed()
      clearInterval(timer)
      assert.strictEqual(statusOf(answer), "408")
    }, quick)
  )

  it.live("a connection that says nothing is closed", () =>
    inScope(async ({ port }) => {
      const client = await dial(port)
      await client.closed()
    }, quick)
  )
})

describe("bodies", () => {
  it.live("a length that is a lie, and chunks beyond 64 KiB, get 413 and end", () =>
    inScope(async ({ port }) => {
      const claims = await dial(port)
      claims.send(request(token, { ...form, "Content-Length": 2_000_000_000 }) + "a".repeat(70_000))
      assert.strictEqual(statusOf(await claims.closed()), "413")

      const chunks = await dial(port)
      chunks.send(request(token, { ...form, "Transfer-Encoding": "chunked" }))
      const chunk = `4000\r\n${"a".repeat(0x4000)}\r\n`
      for (let n = 0; n < 40 && !chunks.socket.destroyed; n++) chunks.send(chunk)
      assert.strictEqual(statusOf(await chunks.closed()), "413")
    })
  )

  it.live("a body shorter than its length ends with the client, and costs nothing more", () =>
    inScope(async ({ metrics, port }) => {
      const client = await dial(port)
      client.send(request(token, { ...form, "Content-Length": 100 }) + "grant_type=x")
      client.socket.end()
      await client.closed()
      assert.include(await metrics(), "sentinel_http_requests_in_flight 1\n")
    })
  )
})

describe("many connections", () => {
  it.live("beyond the limit they are dropped and counted; those before go on", () =>
    inScope(
      async ({ port, server }) => {
        const held = await Promise.all(Array.from({ length: 5 }, () => dial(port)))
        const dropped = new Promise((resolve) => server.once("drop", resolve))
        const more = await dial(port)
        await dropped
        await more.closed()
        held[0]!.send(request("GET /health/live"))
        assert.strictEqual(statusOf(await held[0]!.answer(/\r\n\r\n/)), "200")
        held[1]!.send(request("GET /metrics"))
        await held[1]!.answer(/reason="too_many"} 1\n/)
        assert.isFalse(held[1]!.socket.destroyed)
      },
      { connections: 5 }
    )
  )
})

describe("drain", () => {
  it.live("R93: closes idle connections and those that said nothing at once, and lets requests finish", () =>
    inScope(async ({ drain, port, server }) => {
      const silent = await dial(port)
      const idle = await dial(port)
      idle.send(request("GET /health/live"))
      await idle.answer(/\r\n\r\n/)
      const busy = await dial(port)
      const body = "grant_type=refresh_token"
      const begun = new Promise((resolve) => server.once("request", resolve))
      busy.send(request(token, { ...form, "Content-Length": body.length }) + body.slice(0, 5))
      await begun
      const drained = drain(5000)
      await Promise.all([silent.closed(), idle.closed()])
      assert.isFalse(busy.socket.destroyed)
      busy.send(body.slice(5))
      assert.strictEqual(statusOf(await busy.closed()), "400")
      await drained
    })
  )

  it.live("R93: a request that never ends is ended after the limit", () =>
    inScope(async ({ drain, port, server }) => {
      const stuck = await dial(port)
      const begun = new Promise((resolve) => server.once("request", resolve))
      stuck.send(request(token, { ...form, "Content-Length": 100 }))
      await begun
      await drain(100)
      assert.strictEqual(await stuck.closed(), "")
    })
  )
})
