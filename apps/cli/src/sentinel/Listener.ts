/**
 * The HTTP server of Sentinel on Node: what a client may send, how long it may take, and how the server ends.
 *
 * @since 0.1.0
 */
import * as RequestMetrics from "@le-auth/sentinel/operations/RequestMetrics"
import * as WireRefusals from "@le-auth/sentinel/operations/WireRefusals"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import type * as Net from "node:net"
import type * as Stream from "node:stream"

/**
 * Limits; times are milliseconds.
 *
 * @since 0.1.0
 */
export interface Limits {
  /** Request line and headers together, in bytes. */
  readonly headers: number
  /** Until the headers are there. */
  readonly headersTime: number
  /** Until the whole request is there. */
  readonly requestTime: number
  /** How long an idle connection is kept: longer than load balancers do (60 seconds), so that it is they who close it. */
  readonly idleTime: number
  readonly connections: number
}

/**
 * @since 0.1.0
 */
export const limits: Limits = {
  headers: 16 * 1024,
  headersTime: 10_000,
  requestTime: 20_000,
  idleTime: 65_000,
  connections: 5000
}

const reasonOf = (code: string | undefined): WireRefusals.Reason => {
  if (code === "HPE_HEADER_OVERFLOW") return "headers_too_large"
  return code === "ERR_HTTP_REQUEST_TIMEOUT" ? "too_slow" : "malformed"
}

/** Node's parser has no header to look at; a browser's request says this somewhere in what has come. */
const wantsPage = (packet: Buffer | undefined): boolean => packet?.includes("text/html") === true

/** An answer that has begun cannot be replaced. Node's own handler looks at the same field. */
const hasAnswer = (socket: Stream.Duplex): boolean =>
  (socket as { readonly _httpMessage?: Http.ServerResponse | null })._httpMessage?.headersSent === true

/**
 * Makes a server that listens nowhere yet.
 *
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (options: Limits = limits) {
  const refuse = yield* WireRefusals.make
  const context = yield* Effect.context<never>()
  const server = Http.createServer({
    maxHeaderSize: options.headers,
    headersTimeout: options.headersTime,
    requestTimeout: options.requestTime,
    keepAliveTimeout: options.idleTime,
    connectionsCheckingInterval: Math.min(1000, options.headersTime / 2)
  })
  server.maxConnections = options.connections
  server.on("drop", () => RequestMetrics.refused("too_many", context))
  server.on("clientError", (error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer }, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable || hasAnswer(socket)) return void socket.destroy()
    Effect.runForkWith(context)(
      Effect.map(refuse(reasonOf(error.code), wantsPage(error.rawPacket)), (answer) => {
        // What still comes is not read: to destroy at once would reset the connection before the answer is read.
        socket.end(answer, () => setTimeout(() => socket.destroy(), 500).unref())
      })
    )
  })
  return server
})

/**
 * Ends a server: it takes no connection any more, closes those that are idle, and lets requests finish for a while.
 *
 * @since 0.1.0
 */
export const drain = (server: Http.Server, connections: ReadonlySet<Net.Socket>, within: number): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    // Connections that browsers open in advance have sent nothing, and are not idle to Node. They get a moment, since a request
    // may be on its way.
    const closeUnused = () => {
      server.closeIdleConnections()
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
    }
    const timer = setInterval(closeUnused, 50)
    const deadline = setTimeout(() => server.closeAllConnections(), within)
    server.close(() => {
      clearInterval(timer)
      clearTimeout(deadline)
      resume(Effect.void)
    })
    server.closeIdleConnections()
  })

/**
 * The connections of a server that are open.
 *
 * @since 0.1.0
 */
export const connectionsOf = (server: Http.Server): ReadonlySet<Net.Socket> => {
  const open = new Set<Net.Socket>()
  server.on("connection", (socket) => {
    open.add(socket)
    socket.once("close", () => open.delete(socket))
  })
  return open
}
