/**
 * An HTTP server of Node on a port: it answers from its first moment, bounds what a client may send and how long it may
 * take, and ends without cutting off requests.
 *
 * `NodeServe` puts a program's routes on one. This module is for programs that mount something else.
 *
 * @since 0.1.0
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type * as Net from "node:net"
import type * as Stream from "node:stream"
import type { SecureServer } from "./internal/secureServer.ts"
import { answerWaiting } from "./internal/waiting.ts"
import type { TlsKeyPair } from "./TlsKeyPair.ts"

/**
 * How much a client may send, and how long it may take. Times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Limits {
  /** Request line and headers together, in bytes. */
  readonly headers: number
  /** Until the headers are there; with TLS also until its handshake is done. */
  readonly headersTime: number
  /** Until the whole request is there. */
  readonly requestTime: number
  /**
   * How long an idle connection is kept: longer than load balancers do (60 seconds), so that it is they who close it.
   */
  readonly idleTime: number
  /** The number of connections at once. */
  readonly connections: number
  /** How long connections are still accepted, and answered, when the server is about to close. */
  readonly lingerTime: number
}

/**
 * The limits where none are given: 16 KiB of headers within 10 seconds, a whole request within 20, 65 seconds of
 * silence on a connection, 5,000 connections, and a quarter of a second to linger.
 *
 * @category models
 * @since 0.1.0
 */
export const limits: Limits = {
  headers: 16 * 1024,
  headersTime: 10_000,
  requestTime: 20_000,
  idleTime: 65_000,
  connections: 5000,
  lingerTime: 250
}

/**
 * Why something never became a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Refusal = "headers_too_large" | "too_slow" | "malformed" | "unknown_method" | "not_tls"

/**
 * What a program wants to hear of what never becomes a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListenerHooks {
  /** Gives the whole answer as a message of HTTP/1.1. `wantsPage` if a browser seems to ask. */
  readonly refused: (reason: Refusal, wantsPage: boolean) => Effect.Effect<string>
  /** A connection beyond the limit was closed. */
  readonly dropped: () => void
  /** The server is about to close: no more requests should be sent to it. */
  readonly draining?: (() => void) | undefined
}

const phrases: Readonly<Record<Refusal, string>> = {
  headers_too_large: "431 Request Header Fields Too Large",
  too_slow: "408 Request Timeout",
  malformed: "400 Bad Request",
  unknown_method: "501 Not Implemented",
  not_tls: "400 Bad Request"
}

const bare: ListenerHooks = {
  refused: (reason) => Effect.succeed(`HTTP/1.1 ${phrases[reason]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`),
  dropped: () => undefined
}

/**
 * Where to listen, with which limits, and who hears of what never becomes a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The port; 0 takes any that is free. */
  readonly port: number
  /** Default: 127.0.0.1, so that no other computer reaches it. */
  readonly host?: string | undefined
  /** The variable that chooses the port, for the error where the port is taken. */
  readonly setting?: string | undefined
  /** What differs from {@link limits}. */
  readonly limits?: Partial<Limits> | undefined
  /** Told of what never becomes a request. Default: it is answered with its status and no body. */
  readonly hooks?: ListenerHooks | undefined
  /**
   * The port speaks TLS with this key and certificate, and nothing else: plain HTTP is told so. Default: plain HTTP.
   */
  readonly tls?: TlsKeyPair | undefined
}

const loopback = "127.0.0.1"

/**
 * The port cannot be opened.
 *
 * @category errors
 * @since 0.1.0
 */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  host: Schema.String,
  port: Schema.Finite,
  /** What the system says, such as `EADDRINUSE`. */
  code: Schema.String,
  setting: Schema.optionalKey(Schema.String)
}) {
  /** Whether another program has it. */
  get isInUse(): boolean {
    return this.code === "EADDRINUSE"
  }

  override get message(): string {
    const example = this.setting === undefined ? "" : `: ${this.setting}=${this.port + 1}`
    return this.isInUse
      ? `The port ${this.port} is in use. Stop the program that uses it, or choose another port${example}`
      : `Cannot listen on ${this.host}:${this.port}: ${this.code}. Choose another port or host.`
  }
}

/**
 * A server that listens.
 *
 * @category services
 * @since 0.1.0
 */
export class NodeListener extends Context.Service<
  NodeListener,
  {
    /**
     * Its listeners for `request` answer. As long as there are none, `/health/live` is 200 and everything else 503 with
     * `Retry-After: 1`.
     */
    readonly server: Http.Server
    /**
     * Closes within at most this number of milliseconds, and resets no client that was quick enough. For `lingerTime`
     * connections are still accepted, and each answer says that its connection closes; then idle ones are closed, and
     * requests that are under way finish.
     */
    readonly drain: (within: number) => Effect.Effect<void>
    /**
     * Has another key and certificate from now on. Connections that are open stay as they are. Without `tls` it changes
     * nothing.
     */
    readonly replaceKeyPair: (keyPair: TlsKeyPair) => Effect.Effect<void>
  }
>()("@le-auth/node/NodeListener") {}

/** While a server drains, each answer says that its connection closes, so that the next request goes elsewhere. */
const sayClose: Http.RequestListener = (_request, response) => void response.setHeader("connection", "close")

/** Has an answer for the time in which nothing else has one, without a moment in between. */
const answerAlways = (server: Http.Server): void => {
  const isTheirs = (event: string | symbol, listener: unknown) =>
    event === "request" && listener !== answerWaiting && listener !== sayClose
  server.on("request", answerWaiting)
  server.on("newListener", (event, listener) => {
    if (isTheirs(event, listener)) server.off("request", answerWaiting)
  })
  server.on("removeListener", (event, listener) => {
    if (isTheirs(event, listener) && !server.listeners("request").some((other) => isTheirs("request", other)))
      server.on("request", answerWaiting)
  })
}

/** A request line of HTTP with a method that the parser has not heard of (RFC 9110 section 9.1, RFC 9112 section 3). */
const isRequestLine = (packet: Buffer | undefined): boolean =>
  packet !== undefined &&
  /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,64} \/[!-~]{0,8192} HTTP\/1\.[01]\r?\n/.test(packet.toString("latin1", 0, 8300))

const reasonOf = ({ code, rawPacket }: NodeJS.ErrnoException & { rawPacket?: Buffer }): Refusal => {
  if (code === "HPE_HEADER_OVERFLOW") return "headers_too_large"
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "too_slow"
  return code === "HPE_INVALID_METHOD" && isRequestLine(rawPacket) ? "unknown_method" : "malformed"
}

/** Node's parser has no header to look at; a browser's request says this somewhere in what has come. */
const hasHtml = (packet: Buffer | undefined): boolean => packet?.includes("text/html") === true

/** The answer that is under way on a connection. Node's own handler looks at the same field. */
const answerOn = (socket: Stream.Duplex): Http.ServerResponse | undefined =>
  (socket as { _httpMessage?: Http.ServerResponse | null })._httpMessage ?? undefined

/** A server, and what it needs to end well. */
interface Served {
  readonly server: Http.Server
  /** Those that can be asked, and their state. */
  readonly connections: Connections
  readonly secure: SecureServer | undefined
  /** Requests that come wait from now on. */
  readonly hold: () => void
  /** Those that wait are answered. */
  readonly release: () => void
}

type Emit = (event: string, ...values: ReadonlyArray<unknown>) => boolean

/** Lets the requests of a server be kept waiting. As long as none are, each event takes Node's own way. */
const holding = (server: Http.Server): Pick<Served, "hold" | "release"> => {
  let held: { readonly emit: Emit; readonly waiting: Array<ReadonlyArray<unknown>> } | undefined
  return {
    hold: () => {
      if (held !== undefined) return
      // What a program has put around it by now, such as to trace requests, stays.
      const emit: Emit = server.emit
      const waiting: Array<ReadonlyArray<unknown>> = []
      held = { emit, waiting }
      server.emit = (event: string, ...values: ReadonlyArray<unknown>) => {
        if (event !== "request") return emit.call(server, event, ...values)
        waiting.push(values)
        return true
      }
    },
    release: () => {
      if (held === undefined) return
      const { emit, waiting } = held
      held = undefined
      server.emit = emit
      for (const values of waiting) server.emit("request", ...values)
    }
  }
}

/** When each connection could be asked, in milliseconds, and how many bytes had come by then. */
type Connections = ReadonlyMap<Net.Socket, { readonly since: number; readonly read: number }>

const connectionsOf = (server: Http.Server, event: "connection" | "secureConnection"): Connections => {
  const open = new Map<Net.Socket, { readonly since: number; readonly read: number }>()
  server.on(event, (socket: Net.Socket) => {
    open.set(socket, { since: performance.now(), read: socket.bytesRead })
    socket.once("close", () => open.delete(socket))
  })
  return open
}

const makeServer = Effect.fnUntraced(function* (
  limits: Limits,
  hooks: ListenerHooks,
  keyPair: TlsKeyPair | undefined
): Effect.fn.Return<Served> {
  const context = yield* Effect.context<never>()
  const refuse = (socket: Stream.Duplex, reason: Refusal, packet: Buffer | undefined) =>
    Effect.runForkWith(context)(
      Effect.map(hooks.refused(reason, hasHtml(packet)), (answer) => {
        // What still comes is not read: to destroy at once would reset the connection before the answer is read.
        socket.end(answer, () => setTimeout(() => socket.destroy(), 500).unref())
      })
    )
  const settings = {
    maxHeaderSize: limits.headers,
    headersTimeout: limits.headersTime,
    requestTimeout: limits.requestTime,
    keepAliveTimeout: limits.idleTime,
    connectionsCheckingInterval: Math.min(1000, limits.headersTime / 2)
  }
  const secure =
    keyPair === undefined
      ? undefined
      : (yield* Effect.promise(() => import("./internal/secureServer.ts"))).make(settings, {
          keyPair,
          handshakeTime: limits.headersTime,
          plain: (socket, packet) => void refuse(socket, "not_tls", packet)
        })
  const server = secure?.server ?? Http.createServer(settings)
  server.maxConnections = limits.connections
  server.on("drop", hooks.dropped)
  server.on("clientError", (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable || answerOn(socket)?.headersSent === true)
      return void socket.destroy()
    refuse(socket, reasonOf(error), error.rawPacket)
  })
  answerAlways(server)
  const connections = connectionsOf(server, secure === undefined ? "connection" : "secureConnection")
  return { server, connections, secure, ...holding(server) }
})

/**
 * Without a new connection for this long, no client is about to ask: one that asks one thing after the other waits for
 * an answer by then.
 */
const quiet = 20

/** A handshake that has begun gets this long when the server closes: a request follows it. */
const handshakePatience = 2000

const drain = (
  { connections, hold, release, secure, server }: Served,
  { linger, within }: { readonly linger: number; readonly within: number }
): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const began = performance.now()
    server.prependListener("request", sayClose)
    for (const socket of connections.keys()) {
      const answer = answerOn(socket)
      if (answer?.headersSent === false) answer.setHeader("connection", "close")
    }

    // Connections that browsers open in advance have sent nothing, and are not idle to Node. They get a moment, since a
    // request may be on its way.
    const closeUnused = () => {
      const now = performance.now()
      const isLate = now - began >= within
      for (const [socket, since] of secure?.unfinished.values() ?? []) {
        if (isLate || now - since >= (socket.bytesRead === 0 ? linger : handshakePatience)) socket.destroy()
      }
      if (isLate) return server.closeAllConnections()
      server.closeIdleConnections()
      for (const [socket, { read, since }] of connections) {
        if (socket.bytesRead === read && answerOn(socket) === undefined && now - since >= linger) socket.destroy()
      }
    }
    const close = () => {
      const timer = setInterval(closeUnused, 50)
      server.close(() => {
        clearInterval(timer)
        resume(Effect.void)
      })
      release()
      closeUnused()
    }
    if (linger === 0) return close()

    // To close resets clients that are connected and not yet accepted. So answers wait until no more connect,
    // which is soon, since most wait for theirs; then the port closes, and then they are answered.
    const closeWhenQuiet = () => {
      let accepted = performance.now()
      server.on("connection", () => void (accepted = performance.now()))
      hold()
      const hasLasted = (millis: number) => performance.now() - began >= millis
      // One connection is accepted in each turn: after one without any, none is left.
      const closeWhenEmpty = (before: number) =>
        setImmediate(() => (accepted === before || hasLasted(within) ? close() : closeWhenEmpty(accepted)))
      const timer = setInterval(() => {
        if (performance.now() - accepted < quiet && !hasLasted(Math.min(2 * linger, within))) return
        clearInterval(timer)
        closeWhenEmpty(accepted)
      }, 5)
    }
    setTimeout(closeWhenQuiet, linger)
  })

const make = Effect.fnUntraced(function* (options: Options) {
  const all = { ...limits, ...options.limits }
  const hooks = options.hooks ?? bare
  const served = yield* makeServer(all, hooks, options.tls)
  const drainWithin = (within: number) =>
    Effect.suspend(() => {
      hooks.draining?.()
      return drain(served, { within, linger: Math.min(all.lingerTime, within) })
    })
  return NodeListener.of({
    server: served.server,
    drain: drainWithin,
    replaceKeyPair: (keyPair) => Effect.sync(() => served.secure?.replaceKeyPair(keyPair))
  })
})

const cannotListen = ({ host = loopback, port, setting }: Options, cause: unknown) => {
  const { code } = cause as NodeJS.ErrnoException
  return new ListenError({ host, port, code: code ?? String(cause), ...(setting !== undefined && { setting }) })
}

const listen = (server: Http.Server, options: Options): Effect.Effect<void, ListenError> =>
  Effect.callback((resume) => {
    const failed = (cause: Error) => resume(Effect.fail(cannotListen(options, cause)))
    server.once("error", failed)
    server.listen({ host: options.host ?? loopback, port: options.port }, () => {
      server.off("error", failed)
      resume(Effect.void)
    })
  })

/** Connections that say nothing would keep the server open, and with it the program. */
const closing = ({ drain, server }: NodeListener["Service"]): Effect.Effect<void> =>
  Effect.suspend(() => (server.listening ? drain(0) : Effect.void))

/**
 * Opens the port for listeners of Node's own kind, until the scope ends.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = Effect.fnUntraced(function* (
  options: Options
): Effect.fn.Return<NodeListener["Service"], ListenError, Scope.Scope> {
  const listener = yield* make(options)
  yield* Effect.acquireRelease(listen(listener.server, options), () => closing(listener))
  return listener
})

/**
 * Opens the port for routes of effect's `HttpServer`, as long as the layer is there. Whatever is built on it may take
 * its time: requests are answered meanwhile. `NodeServe.layer` is ready made of it.
 *
 * @example
 * ```ts
 * import * as NodeListener from "@le-auth/node/NodeListener"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Layer from "effect/Layer"
 *
 * const hello = HttpRouter.serve(HttpRouter.add("GET", "/", HttpServerResponse.text("Hello")))
 *
 * const program = Layer.provide(hello, NodeListener.layer({ port: 3000 }))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<NodeListener | HttpServer.HttpServer, ListenError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const listener = yield* make(options)
      const { port, host = loopback } = options
      const server = yield* NodeHttpServer.make(() => listener.server, {
        port,
        host,
        disablePreemptiveShutdown: true
      }).pipe(Effect.catchTag("ServeError", ({ cause }) => Effect.fail(cannotListen(options, cause))))
      yield* Effect.addFinalizer(() => closing(listener))
      return Context.make(NodeListener, listener).pipe(Context.add(HttpServer.HttpServer, server))
    })
  )
