/** A server of HTTP over TLS. It is loaded for those who want one, since it takes longer to load than plain HTTP. */
import * as Redacted from "effect/Redacted"
import type * as Http from "node:http"
import * as Https from "node:https"
import type * as Net from "node:net"
import type { TlsKeyPair } from "../TlsKeyPair.ts"

export interface Options {
  readonly keyPair: TlsKeyPair
  /** How many milliseconds a handshake may take. */
  readonly handshakeTime: number
  /** Has the connections and first bytes of those that speak no TLS. */
  readonly plain: (socket: Net.Socket, packet: Buffer) => void
}

export interface SecureServer {
  readonly server: Https.Server
  /** The connections that have no TLS yet, by their other ends, and when they were accepted, in milliseconds. */
  readonly unfinished: ReadonlyMap<string, readonly [socket: Net.Socket, since: number]>
  /** New connections have this pair; those that are open stay as they are. */
  readonly replaceKeyPair: (keyPair: TlsKeyPair) => void
}

/** The first byte of a handshake of TLS (RFC 8446 section 5.1). */
const handshake = 22

const settingsOf = ({ certificate, key }: TlsKeyPair) => ({ cert: certificate, key: Redacted.value(key) })

const peerOf = ({ remoteAddress, remotePort }: Net.Socket): string => `${remoteAddress} ${remotePort}`

const ignore = () => {}

export const make = (http: Http.ServerOptions, { handshakeTime, keyPair, plain }: Options): SecureServer => {
  const server = Https.createServer({ ...http, ...settingsOf(keyPair) })
  const unfinished = new Map<string, readonly [Net.Socket, number]>()

  // Node would take a handshake that fails for a request that cannot be read.
  server.removeAllListeners("tlsClientError").on("tlsClientError", (_, socket) => socket.destroy())
  server.prependListener("secureConnection", (socket) => unfinished.delete(peerOf(socket)))

  const emit = server.emit.bind(server) as (event: string, ...values: Array<unknown>) => boolean
  const accept = (socket: Net.Socket): boolean => {
    const peer = peerOf(socket)
    unfinished.set(peer, [socket, performance.now()])
    const timer = setTimeout(() => unfinished.get(peer)?.[0] === socket && socket.destroy(), handshakeTime)
    socket.on("error", ignore)
    socket.once("close", () => {
      clearTimeout(timer)
      if (unfinished.get(peer)?.[0] === socket) unfinished.delete(peer)
    })
    // The first byte tells whether it speaks TLS. Node would only close a connection that does not.
    socket.once("readable", () => {
      const packet = socket.read() as Buffer | null
      if (packet === null) return
      if (packet[0] !== handshake) return plain(socket, packet)
      socket.unshift(packet)
      emit("connection", socket)
    })
    return true
  }
  server.emit = (event: string, ...values: Array<unknown>) =>
    event === "connection" ? accept(values[0] as Net.Socket) : emit(event, ...values)

  return { server, unfinished, replaceKeyPair: (next) => server.setSecureContext(settingsOf(next)) }
}
