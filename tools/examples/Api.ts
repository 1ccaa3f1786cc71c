// LivePerson's side for the examples, beside Sentinel: the Domain API, and an API that reads bodies and answers in
// parts.
import { createHash } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import { buffer } from "node:stream/consumers"

/** A call as it arrived. The answer begins at once, and ends with `finish`. */
type Call = { authorization: string | undefined; body: string; finish: () => void; closed: Promise<unknown> }

/** What tells one body from another. */
export const digest = (body: Uint8Array) =>
  `${body.byteLength} bytes, ${createHash("sha256").update(body).digest("hex")}`

/** @param sentinel its address */
export async function startApi(sentinel: string) {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const { host = "", authorization } = request.headers
    const [, account, service] =
      /^\/api\/account\/([^/]+)\/service\/([^/]+)\/baseURI\.json/.exec(request.url ?? "") ?? []
    if (service !== undefined) {
      const baseURI = service === "msgHist" ? host : new URL(sentinel).host
      response.setHeader("content-type", "application/json").end(JSON.stringify({ service, account, baseURI }))
      return
    }
    const body = digest(await buffer(request))
    const finish = () => void response.end("the end")
    calls.push({ authorization, body, finish, closed: once(response, "close") })
    response.setHeader("content-type", "text/plain").write("the beginning, ")
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  const port = typeof address === "object" ? address?.port : undefined
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { calls, url: `http://127.0.0.1:${port}`, stop }
}
