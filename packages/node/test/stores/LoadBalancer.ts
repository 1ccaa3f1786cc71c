/** Hands each request to the next of several servers, without regard to its sender, and remembers what it saw. */
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"

export interface Seen {
  /** Which of the servers answered. */
  readonly node: number
  readonly path: string
  readonly question: string
  readonly status: number
  readonly answer: string
}

const read = async (message: Http.IncomingMessage): Promise<string> => {
  let text = ""
  message.setEncoding("utf8")
  for await (const chunk of message) text += String(chunk)
  return text
}

/** Its servers are named later, since they want to know its address. */
export const loadBalancer = Effect.gen(function* () {
  const seen: Array<Seen> = []
  const nodes: Array<string> = []
  let count = 0
  let held: { readonly path: RegExp; readonly until: Promise<unknown> } | undefined
  const agent = new Http.Agent({ keepAlive: false })
  const server = yield* Effect.acquireRelease(
    Effect.callback<Http.Server>((resume) => {
      const server = Http.createServer(async (incoming, outgoing) => {
        const node = count++ % nodes.length
        const question = await read(incoming)
        const { headers, method, url: path = "/" } = incoming
        const request = Http.request(
          new URL(path, nodes[node]),
          { agent, method: method!, headers },
          async (response) => {
            const answer = await read(response)
            if (held?.path.test(path) === true) await held.until
            seen.push({ node, path, question, status: response.statusCode!, answer })
            outgoing.writeHead(response.statusCode!, response.rawHeaders).end(answer)
          }
        )
        request.on("error", () => outgoing.destroy())
        request.end(question)
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => void server.close().closeAllConnections())
  )
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: seen as ReadonlyArray<Seen>,
    /** Keeps answers from a path back until something has happened. */
    hold: (path: RegExp, until: Promise<unknown>) => void (held = { path, until }),
    /** Begins with the first of them. */
    serve: (origins: ReadonlyArray<string>) => {
      nodes.splice(0, nodes.length, ...origins)
      count = 0
    }
  }
})
