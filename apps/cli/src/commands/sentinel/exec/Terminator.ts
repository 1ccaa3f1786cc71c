/**
 * The place where connections to LivePerson's names end: it speaks TLS with a certificate for the name that is asked
 * for, and hands all bytes to Sentinel, and Sentinel's back.
 */
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import * as Tls from "node:tls"

/** A key and its certificate, in PEM form, as TLS takes them. */
export interface Identity {
  readonly key: string
  readonly cert: string
}

export interface Options {
  /** Makes the certificate for a name. */
  readonly identityOf: (name: string) => Promise<Identity>
  /** Connects to Sentinel. */
  readonly connect: () => Net.Socket
}

/** The most names that are remembered. A program with more of them has made them up. */
const mostNames = 1000

/** The first byte of a TLS connection: a record with a handshake (RFC 8446 section 5.1). */
const handshake = 0x16

/** A name has a dot at its end in some addresses, and never in a certificate (RFC 6066 section 3). */
const canonical = (name: string): string => name.toLowerCase().replace(/\.$/, "")

/** Bytes both ways, until one side ends or breaks. */
const join = (one: Net.Socket, other: Net.Socket) => {
  for (const [from, to] of [
    [one, other],
    [other, one]
  ] as const) {
    from.pipe(to)
    from.on("error", () => to.destroy())
    from.on("close", () => to.destroy())
  }
}

/** Listens on this computer, on a port of its own, as long as the scope is open. Gives the port. */
export const make = Effect.fnUntraced(function* ({ connect, identityOf }: Options) {
  const contexts = new Map<string, Promise<Tls.SecureContext>>()
  const contextOf = (name: string) => {
    const known = contexts.get(name)
    if (known !== undefined) return known
    if (contexts.size >= mostNames) contexts.clear()
    const made = identityOf(name).then((identity) => Tls.createSecureContext(identity))
    contexts.set(name, made)
    return made
  }

  // For clients that name nothing.
  const usual = yield* Effect.promise(() => identityOf("liveperson.net"))
  const secure = Tls.createServer(
    {
      ...usual,
      ALPNProtocols: ["http/1.1"],
      SNICallback: (name, done) => void contextOf(canonical(name)).then((context) => done(null, context), done)
    },
    (socket) => join(socket, connect())
  )
  secure.on("tlsClientError", (_, socket) => socket.destroy())

  const open = new Set<Net.Socket>()
  const server = Net.createServer((socket) => {
    open.add(socket)
    socket.on("close", () => open.delete(socket))
    socket.on("error", () => socket.destroy())
    socket.once("readable", () => {
      const first: Buffer | null = socket.read()
      if (first === null) return socket.destroy()
      socket.unshift(first)
      if (first[0] === handshake) secure.emit("connection", socket)
      else join(socket, connect())
    })
  })

  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.sync(() => {
        server.close()
        for (const socket of open) socket.destroy()
      })
  )
  return (server.address() as Net.AddressInfo).port
})
