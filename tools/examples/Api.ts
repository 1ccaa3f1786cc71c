// LivePerson's side for the examples, beside Sentinel: the Domain API, an API with users, and one that reads bodies and
// answers in parts.
import { createHash } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import { buffer } from "node:stream/consumers"

/** A call as it arrived. The answer to a POST begins at once, and ends with `finish`. */
type Call = {
  /** Method and path. */
  target: string
  authorization: string | undefined
  contentType: string | undefined
  body: string
  finish: () => void
  closed: Promise<unknown>
}

export type Api = Awaited<ReturnType<typeof startApi>>

/** The list of users. */
export const users = JSON.stringify([{ id: "3552833710", loginName: "agent@example.com" }])

/** What tells one body from another. */
export const digest = (body: Uint8Array | string) => {
  const bytes = Buffer.from(body)
  return `${bytes.byteLength} bytes, ${createHash("sha256").update(bytes).digest("hex")}`
}

const ours = new Set(["accountConfigReadOnly", "msgHist"])

/** @param sentinel its address */
export async function startApi(sentinel: string) {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const { host = "", authorization, "content-type": contentType } = request.headers
    const [, account, service = ""] =
      /^\/api\/account\/([^/]+)\/service\/([^/]+)\/baseURI\.json/.exec(request.url ?? "") ?? []
    if (service !== "") {
      const baseURI = ours.has(service) ? host : new URL(sentinel).host
      response.setHeader("content-type", "application/json").end(JSON.stringify({ service, account, baseURI }))
      return
    }
    const body = digest(await buffer(request))
    const finish = () => void response.end("the end")
    const target = `${request.method} ${request.url}`
    calls.push({ target, authorization, contentType, body, finish, closed: once(response, "close") })
    if (request.method === "GET") response.setHeader("content-type", "application/json").end(users)
    else response.setHeader("content-type", "text/plain").write("the beginning, ")
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
