/** A connection to a server that can be cut, as a network does it. */
import * as Effect from "effect/Effect"
import * as Net from "node:net"

/** Passes on what comes to a port of its own, until it is cut; cut off, it takes nobody. Silent, it takes everything, and passes on nothing. */
export const cable = Effect.fnUntraced(function* (url: string) {
  const target = new URL(url)
  const sockets = new Set<Net.Socket>()
  let isCut = false
  let isSilent = false
  const server = yield* Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const server = Net.createServer((near) => {
        if (isCut) return near.destroy()
        if (isSilent) return void sockets.add(near.on("error", () => undefined).resume())
        const far = Net.connect(Number(target.port), target.hostname)
        for (const socket of [near, far]) {
          sockets.add(socket)
          socket.on("error", () => undefined)
          socket.on("close", () => {
            sockets.delete(socket)
            near.destroy()
            far.destroy()
          })
        }
        near.pipe(far).pipe(near)
        return near
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )
  const near = new URL(url)
  near.port = String((server.address() as Net.AddressInfo).port)
  return {
    url: near.href,
    cut: Effect.sync(() => {
      isCut = true
      for (const socket of sockets) socket.destroy()
    }),
    silence: Effect.sync(() => {
      isSilent = true
      for (const socket of sockets) socket.unpipe().resume()
    }),
    mend: Effect.sync(() => {
      if (isSilent) for (const socket of sockets) socket.destroy()
      isCut = false
      isSilent = false
    })
  }
})
