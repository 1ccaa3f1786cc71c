// A trivial token server in a process of its own: it looks nothing up, so that what is measured is the client.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const answer = JSON.stringify({
  access_token: "a".repeat(64),
  token_type: "Bearer",
  refresh_token: "b".repeat(146),
  expires_in: 28800
})
const headers = { "content-type": "application/json", "cache-control": "no-store", "content-length": answer.length }

const server = createServer((request, response) => {
  request.resume()
  request.on("end", () => response.writeHead(200, headers).end(answer))
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port))
process.on("disconnect", () => process.exit())
