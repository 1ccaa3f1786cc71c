/** APIs of LivePerson to call: a Domain API that knows more services than Sentinel's own. */
import { once } from "node:events"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { text as consume } from "node:stream/consumers"

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

/**
 * A Domain API that knows more services than Sentinel, and the service `echo` behind it, which answers with what it was
 * asked.
 */
export const services = async (sentinel: string) => {
  const asked: Array<Asked> = []
  const server = Http.createServer(async (request, response) => {
    const { headers, method = "", url = "" } = request
    const body = await consume(request)
    const [, account, name] = /^\/api\/account\/([^/]+)\/service\/([^/]+)\/baseURI\.json/.exec(url) ?? []
    if (name !== undefined) {
      const hosts: Record<string, string> = { echo: headers.host!, sentinel: new URL(sentinel).host }
      const baseURI = hosts[name] ?? "evil.example.com"
      return response.end(JSON.stringify({ account, service: name, baseURI }))
    }
    asked.push({ method, url, headers, body })
    if (url === "/redirect") return response.writeHead(302, { location: "http://evil.example.com/" }).end()
    if (url === "/bytes") return response.end(Buffer.from([0, 255, 10, 27]))
    if (url.startsWith("/status/")) return response.writeHead(Number(url.slice(8))).end("{}")
    response.writeHead(200, { "content-type": "application/json", "x-odd": "yes" })
    return response.end(`{"big":12345678901234567890,"escape":"\u009b31m","url":${JSON.stringify(url)}}`)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    asked,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }
  }
}

/** What a Sentinel was asked for, by its control: the routes, oldest first. */
export const routesOf = async (control: string): Promise<ReadonlyArray<string>> => {
  const [answer] = (await once(Http.get(`${control}/control/journal?limit=1000`), "response")) as [Http.IncomingMessage]
  const entries: ReadonlyArray<{ readonly route: string }> = JSON.parse(await consume(answer))
  return entries.map(({ route }) => route)
}
