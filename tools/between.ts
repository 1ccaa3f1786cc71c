// Stands between a program, or a browser, and a Sentinel: passes everything on, and counts the refreshes.
import { EventEmitter, once } from "node:events"
import http from "node:http"
import { text as consume } from "node:stream/consumers"
import type { AddressInfo } from "node:net"

/**
 * Tokens are given so many milliseconds late, so that others have the time to ask as well, or to end.
 * @param sentinel its origin
 */
export async function between(sentinel: string, initialDelay: number) {
  let delay = initialDelay
  let refreshes = 0
  const events = new EventEmitter()
  const server = http.createServer(async (request, response) => {
    const body = await consume(request)
    const grant = new URLSearchParams(body).get("grant_type")
    if (grant !== null) {
      if (grant === "refresh_token") refreshes += 1
      events.emit("asked")
      await new Promise((resolve) => setTimeout(resolve, delay))
      // The program that asked has ended meanwhile, and Sentinel may have.
      if (request.socket.destroyed) return
    }
    const { headers, method = "GET", url = "/" } = request
    const { host } = new URL(sentinel)
    // A form's origin is that of the page, which came from here.
    const there = { host, ...(headers.origin !== undefined && { origin: sentinel }) }
    const passedOn = http.request(`${sentinel}${url}`, { method, headers: { ...headers, ...there } })
    const [answer] = (await once(passedOn.end(body), "response")) as [http.IncomingMessage]
    // The Domain API names Sentinel's own host: from here on it is this one.
    const here = (text: string) => text.replaceAll(host, headers.host ?? "")
    const { "content-length": _, location, ...others } = answer.headers
    response.writeHead(answer.statusCode ?? 500, {
      ...others,
      ...(location !== undefined && { location: here(location) })
    })
    response.end(here(await consume(answer)))
    if (grant !== null) events.emit("answered")
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)))
  const address = server.address() as AddressInfo
  return {
    origin: `http://localhost:${address.port}`,
    /** How many refreshes were asked for. */
    refreshes: () => refreshes,
    /** From the next answer on. */
    setDelay: (milliseconds: number) => {
      delay = milliseconds
    },
    /** Until tokens are asked for, from when this is called. */
    asked: () => once(events, "asked"),
    /** Until that is answered, from when this is called. */
    answered: () => once(events, "answered"),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }
  }
}
