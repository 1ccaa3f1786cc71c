/** Over real connections: what a call of the server holds, and when it lets go. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it, vi } from "@effect/vitest"
import * as FetchHttp from "@le-auth/core/FetchHttp"
import { Origin } from "@le-auth/core/Origin"
import * as RequestLimits from "@le-auth/core/RequestLimits"
import type { Init, ServiceError } from "@le-auth/web/ServiceCall"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { text } from "node:stream/consumers"
import { account, json, Wire } from "../../core/test/ScriptedSentinel.ts"
import { services } from "./Application.ts"
import { Browser } from "./Browser.ts"

const clients = [
  ["undici", NodeHttpClient.layerUndici],
  ["fetch", FetchHttp.layerClientWith({})]
] as const

const until = (holds: () => boolean) =>
  Effect.gen(function* () {
    while (!holds()) yield* Effect.sleep("5 millis")
  }).pipe(Effect.timeout("10 seconds"))

const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "whole",
    (error: Partial<ServiceError>) => error.reason?._tag ?? error
  )

for (const [name, layer] of clients) {
  /** A call of a signed-in user to a server of ours, and the connections that it has. */
  const calling = (listener: RequestListener) =>
    Effect.gen(function* () {
      const open = new Set<Socket>()
      const server = createServer({ keepAliveTimeout: 60_000 }, listener)
      server.on("connection", (socket) => {
        open.add(socket)
        socket.on("close", () => open.delete(socket))
      })
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
        () => Effect.sync(() => (server.close(), server.closeAllConnections()))
      )
      let wire: typeof Wire.Service
      const web = WebSignIn.toWebHandler(
        Layer.mergeAll(
          layer,
          Layer.effectDiscard(Effect.map(Wire, (it) => void (wire = it))),
          Layer.succeed(RequestLimits.RequestLimits, { timeout: "1 second", maximumBodySize: "1 MiB" })
        ).pipe(Layer.provideMerge(services({ domains: { domainApi: Origin.make("http://127.0.0.1:1") } })))
      )
      yield* Effect.addFinalizer(() => Effect.promise(web.dispose))
      yield* Effect.promise(() => new Browser(web.handler).signIn())
      const baseURI = `127.0.0.1:${(server.address() as AddressInfo).port}`
      wire!.next("/baseURI.json", json({ service: "msgHist", account, baseURI }))
      const call = (init?: Init) => web.callApi({ accountId: account, subject: "3552833710" }, "msgHist", "/x", init)
      return { call, open, dispose: web.dispose }
    })

  describe(`a call over ${name}`, () => {
    it.live("gives what comes while it comes, and sends the whole body", () =>
      Effect.gen(function* () {
        const { call } = yield* calling(async (request, response) => {
          response.writeHead(201, { "content-type": "text/plain", "set-cookie": "a=1" })
          response.write(`${request.method} ${request.headers["content-length"]} ${await text(request)}`)
          request.socket.once("close", () => response.destroy())
          next = () => response.end(" end")
        })
        let next = () => {}
        const answer = yield* Effect.promise(() => call({ method: "POST", body: "hello" }))
        assert.strictEqual(answer.status, 201)
        assert.isNull(answer.headers.get("set-cookie"))
        const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
        const read = Effect.promise(() => reader.read())
        assert.strictEqual((yield* read).value, "POST 5 hello")
        next()
        assert.strictEqual((yield* read).value, " end")
        assert.isTrue((yield* read).done)
      })
    )

    it.live("D10, G8: silence, a pause and an endless answer end at the limits, and hold no connection", () =>
      Effect.gen(function* () {
        const seen = { part: 0 }
        const { call, open } = yield* calling((_, response) => {
          seen.part += 1
          if (seen.part === 1) return
          response.writeHead(200)
          response.write("x".repeat(1000))
          const more = () => {
            while (seen.part === 3 && !response.destroyed && response.write("x".repeat(64 * 1024)));
          }
          response.on("drain", more)
          more()
        })
        assert.strictEqual(yield* Effect.promise(() => reasonOf(call())), "AnswerTimeout")
        yield* until(() => open.size === 0)
        for (const reason of ["AnswerTimeout", "AnswerTooLarge"]) {
          const answer = yield* Effect.promise(() => call())
          assert.strictEqual(yield* Effect.promise(() => reasonOf(answer.text())), reason)
          yield* until(() => open.size === 0)
        }
      })
    )

    it.live("an answer that is not read ends with the handler, and not only at its deadline", () =>
      Effect.gen(function* () {
        const { call, dispose, open } = yield* calling((_, response) => {
          response.writeHead(200)
          response.write("the beginning")
        })
        const timers = vi.spyOn(globalThis, "setTimeout")
        yield* Effect.addFinalizer(() => Effect.sync(() => timers.mockRestore()))
        assert.strictEqual((yield* Effect.promise(() => call({ deadline: "1 hour" }))).status, 200)
        const deadlines = timers.mock.calls.flatMap(([, delay], index) =>
          delay === 3_600_000 ? [timers.mock.results[index]!.value as { readonly _destroyed: boolean }] : []
        )
        assert.deepStrictEqual(
          deadlines.map(({ _destroyed }) => _destroyed),
          [false]
        )
        yield* Effect.promise(dispose)
        yield* until(() => open.size === 0)
        // It would keep a process alive that has nothing else to do.
        assert.deepStrictEqual(
          deadlines.map(({ _destroyed }) => _destroyed),
          [true]
        )
      })
    )

    it.live("a status that no answer can have is an error", () =>
      Effect.gen(function* () {
        const { call, open } = yield* calling((_, response) => void response.writeHead(600).write("x"))
        assert.strictEqual(yield* Effect.promise(() => reasonOf(call())), "UnknownProblem")
        yield* until(() => open.size === 0)
      })
    )

    it.live("G8: an abort, a cancel and an answer that is not read let go of the connection", () =>
      Effect.gen(function* () {
        const { call, open } = yield* calling((_, response) => {
          response.writeHead(302, { location: "https://evil.example/" })
          response.write("x".repeat(1000))
        })
        const why = new Error("mine")
        const controller = new AbortController()
        const aborted = yield* Effect.promise(() => call({ signal: controller.signal }))
        assert.deepStrictEqual([aborted.status, open.size], [302, 1])
        controller.abort(why)
        assert.strictEqual(yield* Effect.promise(() => reasonOf(aborted.text())), why)
        yield* until(() => open.size === 0)
        const cancelled = yield* Effect.promise(() => call())
        yield* Effect.promise(() => cancelled.body!.cancel())
        yield* until(() => open.size === 0)
        yield* Effect.promise(() => call({ deadline: "200 millis" }))
        yield* until(() => open.size === 0)
        // While nothing has come yet.
        const early = new AbortController()
        const waiting = yield* calling(() => early.abort(why))
        assert.strictEqual(yield* Effect.promise(() => reasonOf(waiting.call({ signal: early.signal }))), why)
        yield* until(() => waiting.open.size === 0)
      })
    )
  })
}
