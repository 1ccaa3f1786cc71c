/** Stands between the command, or a browser, and a Sentinel: passes everything on, and counts the refreshes. */
import { EventEmitter, once } from "node:events"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { text as consume } from "node:stream/consumers"

export interface Between {
  readonly origin: string
  /** How many refreshes were asked for. */
  readonly refreshes: () => number
  /** Until tokens are asked for, from when this is called. */
  readonly asked: () => Promise<unknown>
  /** Until that is answered, from when this is called. */
  readonly answered: () => Promise<unknown>
  readonly close: () => Promise<unknown>
}

/** Tokens are given `delay` milliseconds late, so that others have the time to ask as well. */
export const between = async (sentinel: string, delay: number): Promise<Between> => {
  let refreshes = 0
  const events = new EventEmitter()
  const server = Http.createServer(async (request, response) => {
    const body = await consume(request)
    const grant = new URLSearchParams(body).get("grant_type")
    if (grant !== null) {
      if (grant === "refresh_token") refreshes += 1
      events.emit("asked")
      await new Promise((resolve) => setTimeout(resolve, delay))
    }
    const { method = "GET", url = "/" } = request
    const { headers } = request
    const [answer] = (await once(
      Http.request(`${sentinel}${url}`, { method, headers: { ...headers, host: new URL(sentinel).host } }).end(body),
      "response"
    )) as [Http.IncomingMessage]
    // The Domain API names Sentinel's own host: from here on it is this one.
    const here = (text: string) => text.replaceAll(new URL(sentinel).host, headers.host ?? "")
    const { "content-length": _, location, ...others } = answer.headers
    response.writeHead(answer.statusCode ?? 500, {
      ...others,
      ...(location !== undefined && { location: here(location) })
    })
    response.end(here(await consume(answer)))
    if (grant !== null) events.emit("answered")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    refreshes: () => refreshes,
    asked: () => once(events, "asked"),
    answered: () => once(events, "answered"),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }
  }
}
