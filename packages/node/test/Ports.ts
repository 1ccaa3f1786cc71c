import * as Effect from "effect/Effect"
import * as Net from "node:net"

/** A port without a listener, at least a moment ago. */
export const freePort: Effect.Effect<number> = Effect.callback((resume) => {
  const server = Net.createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as Net.AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

/** Holds a port until the scope ends. */
export const occupy = (host: string, port: number) =>
  Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const server = Net.createServer().listen(port, host, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  )

/** Whether something accepts connections. */
export const isOpen = (host: string, port: number): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const socket = Net.connect(port, host)
    socket.once("connect", () =>
      resume(
        Effect.as(
          Effect.sync(() => socket.destroy()),
          true
        )
      )
    )
    socket.once("error", () => resume(Effect.succeed(false)))
  })

/** Sends bytes as they are, and gives what comes back until the other side closes. */
export const raw = (host: string, port: number, text: string): Effect.Effect<string> =>
  Effect.callback((resume) => {
    let answer = ""
    const socket = Net.connect(port, host, () => socket.write(text))
    socket.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk))
    socket.once("close", () => resume(Effect.succeed(answer)))
    socket.once("error", () => resume(Effect.succeed(answer)))
  })
