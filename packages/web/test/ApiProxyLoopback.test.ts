/** The same over a real connection: what a body does on its way, no function from `Request` to `Response` shows. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import { createServer } from "node:http"
import * as Scripted from "../../core/test/ScriptedSentinel.ts"
import { services } from "./Application.ts"
import { Browser } from "./Browser.ts"

const path = "/messaging_history/api/account/12345678/conversations/search"
const api = ApiProxy.layer({
  maximumRequestSize: "1 kB",
  services: { msgHist: { paths: ["/messaging_history/**"], methods: ["GET", "POST"] } }
})

/** An application that listens, a browser that is signed in to it, and the other side of its wire. */
const listening = Effect.gen(function* () {
  const context = yield* Layer.build(
    HttpRouter.serve(Layer.merge(WebSignIn.routes, api), { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provideMerge(services({})),
      Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
    )
  )
  const { address } = Context.get(context, HttpServer.HttpServer)
  const origin = `http://127.0.0.1:${"port" in address ? address.port : 0}`
  const mine = new Browser((request) => {
    const { pathname, search } = new URL(request.url)
    // @effect-diagnostics-next-line globalFetch:off
    return fetch(origin + pathname + search, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      redirect: "manual",
      duplex: "half"
    } as RequestInit)
  })
  yield* Effect.promise(() => mine.signIn())
  return { mine, wire: Context.get(context, Scripted.Wire) }
})

const own = { "x-le-auth": "1", "sec-fetch-site": "same-origin" }

describe("an API of LivePerson, through the backend, over a connection", () => {
  it.live("passes on an answer while it comes", () =>
    Effect.gen(function* () {
      const { mine, wire } = yield* listening
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const writer = writable.getWriter()
      wire.next("/search", () => new Response(readable, { headers: { "content-type": "application/x-ndjson" } }))
      void writer.write(new TextEncoder().encode("first\n"))
      const answer = yield* Effect.promise(() => mine.send(`/liveperson/msgHist${path}`, { headers: own }))
      assert.strictEqual(answer.headers.get("content-type"), "application/x-ndjson")
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
      const read = Effect.promise(() => reader.read())
      assert.strictEqual((yield* read).value, "first\n")
      // The second line is sent after the first has arrived.
      void writer.write(new TextEncoder().encode("second\n"))
      void writer.close()
      assert.strictEqual((yield* read).value, "second\n")
      assert.isTrue((yield* read).done)
    })
  )

  it.live("D10: breaks the connection of an answer that is larger than allowed", () =>
    Effect.gen(function* () {
      const { mine, wire } = yield* listening
      let sent = 0
      wire.next(
        "/search",
        () =>
          new Response(
            new ReadableStream({
              pull: (controller) => {
                sent += 1
                controller.enqueue(new Uint8Array(64 * 1024))
              }
            })
          )
      )
      const answer = yield* Effect.promise(() => mine.send(`/liveperson/msgHist${path}`, { headers: own }))
      const size = yield* Effect.promise(() =>
        answer.arrayBuffer().then(
          ({ byteLength }) => byteLength,
          () => -1
        )
      )
      assert.strictEqual(size, -1)
      // 1 MiB, and what was on its way.
      assert.isBelow(sent, 32)
    })
  )

  it.live("D10: refuses a body that is larger than allowed, and passes on one that is not", () =>
    Effect.gen(function* () {
      const { mine, wire } = yield* listening
      const post = (body: string) =>
        Effect.promise(() => mine.send(`/liveperson/msgHist${path}`, { method: "POST", headers: own, body }))
      assert.strictEqual((yield* post("x".repeat(1001))).status, 413)
      assert.strictEqual(wire.to("/search").length, 0)
      assert.strictEqual((yield* post("x".repeat(1000))).status, 200)
      assert.deepStrictEqual([...wire.to("/search")[0]!.form.keys()], ["x".repeat(1000)])
    })
  )
})
