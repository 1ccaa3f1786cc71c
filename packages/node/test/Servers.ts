/** Small servers on loopback, each until the scope ends. */
import { Origin } from "@le-auth/core/Origin"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { once } from "node:events"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import type { Duplex } from "node:stream"

export interface Served {
  readonly origin: Origin
  readonly port: number
  /** Bodies of the requests that came, each after its first line. */
  readonly requests: Array<string>
}

const running = (scheme: "http" | "https", server: Net.Server, host: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const sockets = new Set<Duplex>()
      server.on("connection", (socket: Duplex) => void sockets.add(socket.on("error", () => {})))
      await once(server.listen(0, "127.0.0.1"), "listening")
      const { port } = server.address() as Net.AddressInfo
      return { origin: Origin.make(`${scheme}://${host}:${port}`), port, sockets }
    }),
    ({ sockets }) =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )

/** An HTTP server, over TLS if it gets a certificate. */
export const serve = (
  answer: (request: Http.IncomingMessage, response: Http.ServerResponse, body: string) => void,
  tls?: { readonly key: string; readonly cert: string }
): Effect.Effect<Served, never, Scope> => {
  const requests: Array<string> = []
  const listener: Http.RequestListener = async (request, response) => {
    let body = ""
    for await (const chunk of request) body += String(chunk)
    requests.push(`${request.method} ${request.url} ${body}`)
    answer(request, response, body)
  }
  return tls === undefined
    ? Effect.map(running("http", Http.createServer(listener), "127.0.0.1"), ({ origin, port }) => ({
        origin,
        port,
        requests
      }))
    : Effect.map(running("https", Https.createServer(tls, listener), "localhost"), ({ origin, port }) => ({
        origin,
        port,
        requests
      }))
}

/** A server that does with a connection what it is told. */
export const accept = (scheme: "http" | "https", connected: (socket: Net.Socket) => void) =>
  running(scheme, Net.createServer(connected), "localhost")

/** A proxy that answers `CONNECT` with a status, and leads to loopback, whatever the host is called, if that is 200. */
export const proxy = (status: number, to?: number) => {
  const asked: Array<string> = []
  const server = Http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(status).end()
  }).on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim())
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`)
    const upstream = Net.connect(to!, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      socket.pipe(upstream).pipe(socket)
    })
    upstream.on("error", () => socket.destroy())
    return socket.on("error", () => upstream.destroy())
  })
  return Effect.map(running("http", server, "127.0.0.1"), ({ origin, port }) => ({ origin, port, asked }))
}
