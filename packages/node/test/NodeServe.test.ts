/** Servers that answer from their first moment, and what goes through the bridge to node:http. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeServe from "@le-auth/node/NodeServe"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { once } from "node:events"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { freePort } from "./Ports.ts"

interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly text: string
}

/** One request on a connection of its own; what fails is a word. */
const ask = (port: number, options: Http.RequestOptions = {}, body?: string | Uint8Array): Promise<Answer | string> =>
  new Promise((resolve) => {
    const request = Http.request({ port, host: "127.0.0.1", agent: false, ...options }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => void parts.push(part))
      response.on("end", () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          text: Buffer.concat(parts).toString()
        })
      )
      response.on("error", () => resolve("broken"))
    })
    request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "failed"))
    request.end(body)
  })

const answerOf = (answer: Answer | string): Answer => (typeof answer === "string" ? assert.fail(answer) : answer)
const portOf = (server: Http.Server) => (server.address() as AddressInfo).port

class Slow extends Context.Service<Slow, string>()("@le-auth/node/test/NodeServe.test/Slow") {}

const routes = Layer.mergeAll(
  HttpRouter.add(
    "GET",
    "/",
    Effect.map(Slow, (text) => HttpServerResponse.text(text))
  ),
  HttpRouter.add("GET", "/slow", Effect.as(Effect.sleep("300 millis"), HttpServerResponse.text("slow")))
)

describe("a port", () => {
  it.live(
    "R92: refuses, then says 503 for as long as services take, then 200, with no way back and no request unanswered",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        const gate = yield* Deferred.make<string>()
        const seen: Array<string> = []
        const burstEnds = new AbortController()
        const burst = async () => {
          const pending: Array<Promise<void>> = []
          while (!burstEnds.signal.aborted) {
            // Those that begin later may not be seen before.
            const mine = seen.push("") - 1
            pending.push(
              ask(port).then((answer) => void (seen[mine] = typeof answer === "string" ? answer : `${answer.status}`))
            )
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
          await Promise.all(pending)
        }
        const bursting = burst()
        const has = (what: string) =>
          Effect.promise(async () => {
            while (!seen.includes(what)) await new Promise((resolve) => setTimeout(resolve, 5))
          })
        yield* has("ECONNREFUSED")
        const scope = yield* Effect.scope
        const building = yield* Effect.forkChild(
          Layer.buildWithScope(
            NodeServe.layer(routes, { port, services: Layer.effect(Slow, Deferred.await(gate)) }),
            scope
          )
        )
        yield* has("503")
        const waiting = answerOf(yield* Effect.promise(() => ask(port, { path: "/login?x" })))
        assert.deepInclude(waiting.headers, { "retry-after": "1", "cache-control": "no-store" })
        assert.strictEqual(answerOf(yield* Effect.promise(() => ask(port, { path: "/health/live?x" }))).status, 200)
        yield* Deferred.succeed(gate, "hello")
        yield* Fiber.join(building)
        yield* has("200")
        burstEnds.abort()
        yield* Effect.promise(() => bursting)
        const order = seen.filter((what, index) => what !== seen[index - 1])
        assert.deepStrictEqual(order, ["ECONNREFUSED", "503", "200"])
      })
  )

  it.live("R92: closes when the services cannot be built, also for connections that say nothing", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const gate = yield* Deferred.make<string, "no database">()
      const building = yield* Effect.forkChild(
        Effect.exit(
          Effect.scoped(
            Layer.build(NodeServe.layer(routes, { port, services: Layer.effect(Slow, Deferred.await(gate)) }))
          )
        )
      )
      const agent = new Http.Agent({ keepAlive: true })
      yield* Effect.promise(async () => {
        while (typeof (await ask(port, { agent })) === "string") continue
      })
      yield* Deferred.fail(gate, "no database")
      const exit = yield* Fiber.join(building)
      assert.deepStrictEqual(exit, Exit.fail("no database"))
      assert.strictEqual(yield* Effect.promise(() => ask(port)), "ECONNREFUSED")
    })
  )

  it.live("R93: lets requests finish at the end", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const scope = yield* Scope.make()
      yield* Layer.buildWithScope(NodeServe.layer(routes, { port, services: Layer.succeed(Slow, "x") }), scope)
      const slow = ask(port, { path: "/slow" })
      yield* Effect.sleep("100 millis")
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(answerOf(yield* Effect.promise(() => slow)).text, "slow")
      assert.strictEqual(yield* Effect.promise(() => ask(port)), "ECONNREFUSED")
    })
  )

  it.live("I4: that is taken is a typed error that says what to do", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const start = Layer.build(NodeServe.layer(routes, { port, setting: "PORT", services: Layer.succeed(Slow, "x") }))
      yield* start
      const error = yield* Effect.flip(start)
      assert.isTrue(error._tag === "ListenError" && error.isInUse)
      assert.include(error.message, `The port ${port} is in use`)
      assert.include(error.message, `PORT=${port + 1}`)
    })
  )
})

describe("the bridge to node:http", () => {
  const serving = async (handler: NodeServe.WebHandler["handler"], use: (port: number) => Promise<void>) => {
    const { close, server } = await NodeServe.listen({ handler }, { port: 0, drainTimeout: "1 second" })
    try {
      await use(portOf(server))
    } finally {
      await close()
    }
  }

  it("R85: the handler is told the address of the socket, and not what a header says", () =>
    serving(
      (_, { remoteAddress }) => new Response(remoteAddress),
      async (port) => {
        const answer = answerOf(await ask(port, { headers: { "x-forwarded-for": "192.0.2.1" } }))
        assert.match(answer.text, /^(?:::ffff:)?127\.0\.0\.1$|^::1$/)
      }
    ))

  it("G8: bodies of any kind go in whole", () =>
    serving(
      async (request) => Response.json({ method: request.method, length: (await request.arrayBuffer()).byteLength }),
      async (port) => {
        const sent = async (method: string, body: Uint8Array | undefined, headers = {}) =>
          JSON.parse(answerOf(await ask(port, { method, headers }, body)).text)
        for (const size of [0, 1, 1024 * 1024]) {
          const body = new Uint8Array(size).fill(97)
          assert.deepStrictEqual(await sent("POST", body, { "content-length": size }), { method: "POST", length: size })
          assert.deepStrictEqual(await sent("PUT", body, { "transfer-encoding": "chunked" }), {
            method: "PUT",
            length: size
          })
        }
        assert.deepStrictEqual(await sent("GET", undefined), { method: "GET", length: 0 })
      }
    ))

  it("each cookie has a header of its own, and status and headers arrive", () =>
    serving(
      () => {
        const headers = new Headers({ location: "/x?a=1" })
        headers.append("set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT")
        headers.append("set-cookie", "b=2")
        return new Response(null, { status: 303, headers })
      },
      async (port) => {
        const { headers, status } = answerOf(await ask(port))
        assert.strictEqual(status, 303)
        assert.strictEqual(headers.location, "/x?a=1")
        assert.deepStrictEqual(headers["set-cookie"], ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"])
      }
    ))

  it("an answer comes in parts, as it is made", async () => {
    let writer: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (writer = controller) })
    const say = (part: string) => writer!.enqueue(new TextEncoder().encode(part))
    await serving(
      () => new Response(body),
      async (port) => {
        say("one")
        const request = Http.get({ port, host: "127.0.0.1", agent: false })
        const [response] = (await once(request, "response")) as [Http.IncomingMessage]
        assert.strictEqual(String((await once(response, "data"))[0]), "one")
        say("two")
        assert.strictEqual(String((await once(response, "data"))[0]), "two")
        writer!.close()
        await once(response, "end")
      }
    )
  })

  it("a client that goes away aborts its request", async () => {
    let aborted: Promise<unknown> | undefined
    let begun: () => void = () => undefined
    const hasBegun = new Promise<void>((resolve) => (begun = resolve))
    await serving(
      (request) => {
        aborted = once(request.signal, "abort")
        begun()
        return new Promise<Response>(() => undefined)
      },
      async (port) => {
        const request = Http.get({ port, host: "127.0.0.1", agent: false }).on("error", () => undefined)
        await hasBegun
        request.destroy()
        await aborted
      }
    )
  })

  it("an upload that breaks off is not reported as a failure of the handler", async () => {
    const heard: Array<unknown> = []
    let broken: (error: unknown) => void = () => undefined
    const hasBroken = new Promise<unknown>((resolve) => (broken = resolve))
    const handler = async (request: Request) => {
      if (request.method === "GET") throw new Error("planted")
      return new Response(
        await request.text().catch((error: unknown) => {
          broken(error)
          throw error
        })
      )
    }
    const { close, server } = await NodeServe.listen({ handler }, { port: 0, onError: (error) => heard.push(error) })
    try {
      const port = portOf(server)
      const headers = { "content-length": 1000 }
      const upload = Http.request({ port, host: "127.0.0.1", agent: false, method: "POST", headers })
      upload.on("error", () => undefined).write("begun")
      await once(server, "request")
      upload.destroy()
      await hasBroken
      assert.strictEqual(answerOf(await ask(port)).status, 500)
      assert.deepStrictEqual(heard.map(String), ["Error: planted"])
    } finally {
      await close()
    }
  })

  it("what the handler throws is 500 without a word of it, and what breaks off in the middle ends the connection", async () => {
    const heard: Array<unknown> = []
    const handler = ({ url }: Request) => {
      if (url.endsWith("/thrown")) throw new Error("planted")
      if (url.endsWith("/rejected")) return Promise.reject(new Error("planted"))
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(new Error("planted")),
        start: (controller) => controller.enqueue(new TextEncoder().encode("begun"))
      })
      return new Response(body)
    }
    const { close, server } = await NodeServe.listen(
      { handler },
      { port: 0, onError: (error) => void heard.push(error) }
    )
    const port = portOf(server)
    for (const path of ["/thrown", "/rejected"]) {
      const { status, text } = answerOf(await ask(port, { path }))
      assert.strictEqual(status, 500)
      assert.notInclude(text, "planted")
    }
    assert.strictEqual(heard.length, 2)
    assert.notInclude(JSON.stringify(await ask(port, { path: "/broken" })), "200")
    for (const host of ["a b", "[", ":", "x:99999999"]) {
      const answer = await ask(port, { path: "/thrown", headers: { host } })
      assert.isTrue(typeof answer === "string" || answer.status >= 400, host)
    }
    await close()
  })

  it("R92: waits with 503 until the handler is ready; if that fails the port closes, and what it stands on is released", async () => {
    const port = await Effect.runPromise(freePort)
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    let released = 0
    const start = NodeServe.listen(
      { handler: () => new Response("ok"), ready: gate, dispose: async () => void released++ },
      { port }
    )
    let first: Answer | string = ""
    while (typeof first === "string") first = await ask(port)
    assert.strictEqual(first.status, 503)
    open()
    const { close } = await start
    assert.strictEqual(answerOf(await ask(port)).text, "ok")
    await close()
    assert.strictEqual(released, 1)

    const failing = NodeServe.listen(
      {
        handler: () => new Response("ok"),
        ready: Promise.reject(new Error("no database")),
        dispose: async () => void released++
      },
      { port }
    )
    assert.include(String(await failing.then(() => "started", String)), "no database")
    assert.strictEqual(await ask(port), "ECONNREFUSED")
    assert.strictEqual(released, 2)
  })
})
