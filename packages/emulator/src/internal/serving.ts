/** Routes on a port of this computer and, at the same time, as a function of web requests. */
import * as NodeListener from "@le-auth/node/NodeListener"
import type { TlsKeyPair } from "@le-auth/node/TlsKeyPair"
import * as ListenerHooks from "@le-auth/sentinel/ListenerHooks"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Net from "node:net"

/** Answers a request of this process. */
export type Handler = (request: Request) => Promise<Response>

type App = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  unknown,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/** Every request of this process comes from this computer. */
const fromHere = (app: App): App =>
  Effect.updateService(app, HttpServerRequest.HttpServerRequest, (request) =>
    request.modify({ remoteAddress: Option.some("127.0.0.1") })
  )

const handlerOf = (app: App, context: Context.Context<never>): Handler => {
  const handle = HttpEffect.toWebHandlerWith<never, HttpServerRequest.HttpServerRequest | Scope.Scope>(context)(
    fromHere(app)
  )
  return (request) =>
    new Promise((resolve, reject) => {
      // As the connection of a `fetch` that breaks.
      const disconnect = () =>
        Effect.suspend(() => {
          const cause = Object.assign(new Error("The connection was dropped by a fault"), { code: "ECONNRESET" })
          reject(new TypeError("fetch failed", { cause }))
          return Effect.interrupt
        })
      request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true })
      handle(request, Context.make(ListenerHooks.Disconnect, disconnect)).then(resolve, reject)
    })
}

/** A server over another one, or over none, that also gives what it serves as a function. */
const capturing = (address: NetAddress.SocketAddress, below: HttpServer.HttpServer["Service"] | undefined) => {
  let handler: Handler | undefined
  const server = HttpServer.make({
    address,
    serve: (app, middleware) =>
      Effect.contextWith((context: Context.Context<never>) => {
        const whole = (middleware === undefined ? app : middleware(app)) as App
        handler = handlerOf(whole, context)
        return below === undefined ? Effect.void : below.serve(whole)
      })
  })
  return { server, handle: (request: Request) => handler!(request) }
}

/** Neither the port nor a connection keeps the process alive, so a test that fails leaves nothing behind. */
const leave = ({ server }: NodeListener.NodeListener["Service"]) => {
  server.unref()
  for (const event of ["connection", "secureConnection"]) server.on(event, (socket: Net.Socket) => void socket.unref())
}

export interface Port {
  readonly host: string
  readonly port: number
  readonly tls?: TlsKeyPair | undefined
}

export interface Served {
  readonly origin: string
  readonly handle: Handler
}

const build = <E, R>(
  routes: Layer.Layer<never, E, HttpServer.HttpServer | R>,
  server: HttpServer.HttpServer["Service"]
) => Layer.build(Layer.provide(Layer.fresh(routes), Layer.succeed(HttpServer.HttpServer, server)))

/** Serves routes until the scope ends: on a port, by the name `localhost`, which documents and people use. */
export const onPort = Effect.fnUntraced(function* <E, R>(
  { host, port, tls }: Port,
  routes: Layer.Layer<never, E, HttpServer.HttpServer | R>
) {
  const hooks = yield* ListenerHooks.make
  const listening = yield* Layer.build(NodeListener.layer({ host, port, hooks, tls, limits: { lingerTime: 0 } }))
  leave(Context.get(listening, NodeListener.NodeListener))
  const below = Context.get(listening, HttpServer.HttpServer)
  const { handle, server } = capturing(below.address, below)
  yield* build(routes, server)
  const url = new URL(NetAddress.formatUrlUnsafe(below.address))
  if (url.hostname === "127.0.0.1" || url.hostname === "0.0.0.0") url.hostname = "localhost"
  return { origin: `${tls === undefined ? "http" : "https"}://${url.host}`, handle } satisfies Served
})

/** Serves routes to this process alone. They know themselves by this port of loopback, which is not opened. */
export const inProcess = Effect.fnUntraced(function* <E, R>(
  port: number,
  routes: Layer.Layer<never, E, HttpServer.HttpServer | R>
) {
  const { handle, server } = capturing(NetAddress.inetAddressUnsafe(NetAddress.ipv4Loopback, port), undefined)
  yield* build(routes, server)
  return { origin: `http://localhost:${port}`, handle } satisfies Served
})
