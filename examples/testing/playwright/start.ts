import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { createApp } from "./app.ts"

/** Starts the application on a free port. `settings` gets its address. */
export async function startApp(settings: (origin: string) => Record<string, string>) {
  // What fails before it can be stopped must not keep the process.
  const server = createServer().listen(0, "localhost").unref()
  await once(server, "listening")
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const { app, auth } = createApp(settings(origin))
  server.on("request", app)
  await auth.ready
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await auth.dispose()
  }
  return { origin, stop }
}
