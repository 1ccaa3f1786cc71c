/** A connection to a server that can be cut, as a network does it. */
import * as Effect from "effect/Effect"
import * as Net from "node:net"

/** Passes on what comes to a port of its own, until it is cut; cut off, it takes nobody. */
export const cable = Effect.fnUntraced(function* (url: string) {
  const target = new URL(url)
  const sockets = new Set<Net.Socket>()
  let isCut = false
  const server = yield* Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const server = Net.createServer((near) => {
        if (isCut) return near.destroy()
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
    mend: Effect.sync(() => {
      isCut = false
    })
  }
})
