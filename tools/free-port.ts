import { createServer } from "node:net"

/** Listens on a port of the loopback address for a moment; 0 is any that is free. */
const listen = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on("error", reject)
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** A port of the loopback address that is free at this moment. */
export const freePort = (): Promise<number> => listen(0)

/** The same for a Sentinel: the port of its control, two further, is free as well. */
export const freeSentinelPort = async (): Promise<number> => {
  const port = await freePort()
  return listen(port + 2).then(
    () => port,
    () => freeSentinelPort()
  )
}
