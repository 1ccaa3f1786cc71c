/**
 * Serves a program's routes on a port: answers come from the first moment, and a stop cuts off no request.
 *
 * @since 0.1.0
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type * as Http from "node:http"
import type { ServerRequest } from "srvx"
import { toNodeHandler as bridge } from "srvx/node"
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import { answerWaiting } from "./internal/waiting.ts"
import * as NodeListener from "./NodeListener.ts"

/**
 * Where to listen, and how long requests may take when the program stops.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends NodeListener.Options {
  /**
   * How long requests that are under way may take when the program stops. Default: 8 seconds; Docker kills after ten.
   */
  readonly drainTimeout?: Duration.Input | undefined
}

const drainTimeoutOf = ({ drainTimeout = "8 seconds" }: Options): number =>
  Duration.toMillis(Duration.fromInputUnsafe(drainTimeout))

/**
 * Serves what is built on effect's `HttpServer`, such as `HttpRouter.serve(...)` or `Sentinel.layerServer`. See
 * {@link layer}.
 *
 * @example
 * ```ts
 * import * as NodeServe from "@le-auth/node/NodeServe"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 *
 * const hello = HttpRouter.serve(HttpRouter.add("GET", "/", HttpServerResponse.text("Hello")))
 *
 * const program = NodeServe.layerOf(hello, { port: 3000 })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOf = <A, E, R>(served: Layer.Layer<A, E, R>, options: Options) => {
  // Built after the routes, so that it ends before them: requests that are being answered still need them.
  const drained = Layer.effectDiscard(
    Effect.flatMap(NodeListener.NodeListener, ({ drain }) => Effect.addFinalizer(() => drain(drainTimeoutOf(options))))
  )
  return drained.pipe(
    Layer.provideMerge(served),
    Layer.provide([NodeListener.layer(options), NodeHttpServer.layerHttpServices])
  )
}

/**
 * Serves routes of the `HttpRouter` on a port. **Give what they stand on as `services`**, not with `Layer.provide`
 * around it: the port opens first, and until the services are there and the routes are built, `/health/live` is 200 and
 * everything else 503 with `Retry-After: 1`. If they cannot be built the port closes, and the layer fails. At the end
 * requests that are under way finish.
 *
 * effect's own log of requests is off, since addresses have codes in them.
 *
 * @example
 * ```ts
 * // compiled only: it opens a port
 * import * as NodeServe from "@le-auth/node/NodeServe"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Layer from "effect/Layer"
 *
 * const routes = HttpRouter.add("GET", "/", HttpServerResponse.text("Hello"))
 *
 * const program = Layer.launch(NodeServe.layer(routes, { port: 3000 }))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = <A, E, R, S = never, SE = never, SR = never>(
  routes: Layer.Layer<A, E, R>,
  options: Options & { readonly services?: Layer.Layer<S, SE, SR> | undefined }
) =>
  layerOf(
    Layer.provide(
      HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }),
      (options.services ?? Layer.empty) as Layer.Layer<S, SE, SR>
    ),
    options
  )

/**
 * A function of web requests, such as that of `WebSignIn.toWebHandler` of `@le-auth/web`.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebHandler {
  /**
   * `remoteAddress` is that of the socket, as `Sentinel.toWebHandler` of `@le-auth/sentinel` takes it. Behind a proxy
   * of yours wrap the handler, and give it what your proxy says.
   */
  readonly handler: (
    request: Request,
    from: { readonly remoteAddress: string | undefined }
  ) => Response | Promise<Response>
  /** Settles when what it stands on is there. */
  readonly ready?: Promise<unknown> | undefined
  /** Releases what it stands on. */
  readonly dispose?: (() => Promise<void>) | undefined
}

const logged = (error: unknown): void => void Effect.runFork(Effect.logError("A request could not be answered", error))

const failed = () =>
  Response.json(
    { error: "ServerError", message: "The request could not be answered." },
    { status: 500, headers: documentHeaders }
  )

/**
 * A listener of `node:http` from a function of web requests: for `node:http` itself, Express, Fastify and Nest. Bodies
 * go in and answers come out as streams, each cookie has a header of its own, and a client that goes away aborts the
 * `signal` of its request.
 *
 * Until `ready` is settled it answers 503 with `Retry-After: 1`. What the function throws is a 500, and nothing of it
 * is in there; it is logged, or `onError` hears of it.
 *
 * Put it before whatever reads bodies, such as `express.json()`: a body can be read once.
 *
 * @example
 * ```ts
 * import * as NodeServe from "@le-auth/node/NodeServe"
 * import { createServer } from "node:http"
 *
 * const hello = (request: Request) => new Response(`You asked for ${request.url}`)
 *
 * const server = createServer(NodeServe.toNodeHandler({ handler: hello }))
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const toNodeHandler = (
  { handler, ready }: WebHandler,
  options: { readonly onError?: ((error: unknown) => void) | undefined } = {}
): ((request: Http.IncomingMessage, response: Http.ServerResponse) => void) => {
  const { onError = logged } = options
  let isSettled = ready === undefined
  const settled = () => void (isSettled = true)
  ready?.then(settled, settled)
  const answer = bridge(async (request: ServerRequest) => {
    try {
      return await handler(request, { remoteAddress: request.ip })
    } catch (error) {
      // A client that has gone away hears nothing, and an error that came of it is not a fault: strangers can go away
      // at any time.
      if (!request.signal.aborted) onError(error)
      return failed()
    }
  }) as (request: Http.IncomingMessage, response: Http.ServerResponse) => unknown
  return (request, response) => {
    if (!isSettled) return answerWaiting(request, response)
    const given = async () => answer(request, response)
    // Such as an address that no URL can have, which strangers can send as often as they like.
    given().catch(() => {
      if (response.headersSent) response.destroy()
      else response.writeHead(400, { connection: "close" }).end()
    })
  }
}

/**
 * A server that listens, for programs without Effect.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listening {
  readonly server: Http.Server
  /** Takes no connection any more, lets requests finish, and releases what the handler stands on. */
  readonly close: () => Promise<void>
}

/**
 * Serves a function of web requests on a port: from the first moment, see {@link layer}. Resolves when the handler is
 * ready; if it cannot become that, the port closes, and the promise rejects with the reason.
 *
 * @category constructors
 * @since 0.1.0
 */
export const listen = async (
  served: WebHandler,
  options: Options & Parameters<typeof toNodeHandler>[1]
): Promise<Listening> => {
  const scope = Scope.makeUnsafe()
  const { drain, server } = await Effect.runPromise(Scope.provide(NodeListener.open(options), scope))
  const close = async () => {
    await Effect.runPromise(drain(drainTimeoutOf(options)))
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await served.dispose?.()
  }
  server.on("request", toNodeHandler(served, options))
  try {
    await served.ready
  } catch (error) {
    await close()
    throw error
  }
  return { server, close }
}
