/** HTTP over undici: one dispatcher for the client of effect and for our own requests. Loaded with the first request. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeStream from "@effect/platform-node/NodeStream"
import Undici from "@effect/platform-node/Undici"
import * as Redaction from "@le-auth/core/Redaction"
import type * as Transport from "@le-auth/core/Transport"
import type * as TransportProblem from "@le-auth/core/TransportProblem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import { HttpClientError, TransportError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import * as OutgoingProxy from "../OutgoingProxy.ts"
import * as Codings from "./codings.ts"
import * as Dispatching from "./dispatching.ts"

export interface Http {
  readonly client: HttpClient.HttpClient
  readonly transport: Transport.Transport["Service"]
}

/** Bun has a module of this name that is none. */
export const isUndici: boolean = typeof Undici.Dispatcher?.prototype?.request === "function"

/**
 * A request that meets the close of its connection may have arrived, and a code is not sent twice: so a connection is used again
 * within a second only, also if the server says that it keeps it longer. Servers close after 5 seconds and more.
 */
const keptBriefly = { keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 }

/** Straight, or over the proxy that the environment names for an address. */
const makeDispatcher = Effect.acquireRelease(
  Effect.sync(() => {
    const straight = new Undici.Agent(keptBriefly)
    const proxies = new Map<string, Undici.ProxyAgent>()
    const overProxy = (uri: string): Undici.Dispatcher => {
      const known = proxies.get(uri)
      if (known !== undefined) return known
      const made = new Undici.ProxyAgent({ ...keptBriefly, uri })
      proxies.set(uri, made)
      return made
    }
    const dispatcher = straight.compose((dispatch) => (options, handler) => {
      const way = OutgoingProxy.wayTo(new URL(String(options.origin)))
      if (way._tag === "Invalid") throw new Error(`Proxy response (${way.variable})`)
      return way._tag === "Proxy" ? overProxy(way.proxy.href).dispatch(options, handler) : dispatch(options, handler)
    })
    return { dispatcher, all: () => [straight, ...proxies.values()] }
  }),
  ({ all }) => Effect.promise(() => Promise.all(all().map((each) => each.destroy())))
)

const proxyOf = (url: URL): string | undefined => {
  const way = OutgoingProxy.wayTo(url)
  return way._tag === "Proxy" ? way.proxy.host : undefined
}

const noBody = new Set([204, 205, 304])

/** Bodies as they are meant, as with fetch. */
const decoded = (request: HttpClientRequest.HttpClientRequest, response: HttpClientResponse.HttpClientResponse) => {
  const { "content-encoding": codings, "content-length": _, ...headers } = response.headers
  if (codings === undefined || noBody.has(response.status) || request.method === "HEAD") return response
  const streams = Codings.streamsFor(codings)
  if (streams.length === 0) return response
  const onError = (cause: unknown) => new HttpClientError({ reason: new TransportError({ request, cause }) })
  const body = streams.reduce<Stream.Stream<Uint8Array, HttpClientError>>(
    (body, stream) => NodeStream.pipeThroughDuplex(body, { evaluate: () => stream, onError }),
    response.stream
  )
  const { status } = response
  return HttpClientResponse.fromWeb(request, new Response(Stream.toReadableStream(body), { status, headers }))
}

const asking = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.makeWith(
    (request: Effect.Effect<HttpClientRequest.HttpClientRequest, HttpClientError>) =>
      Redaction.redacting(
        Effect.flatMap(request, (request) => {
          const asked =
            request.headers["accept-encoding"] === undefined
              ? HttpClientRequest.setHeader(request, "accept-encoding", "identity")
              : request
          return Effect.map(client.execute(asked), (response) => decoded(asked, response))
        })
      ),
    Effect.succeed
  )

/** The span that effect's clients make: its own code makes it, over a request that travels in our way. */
const spanned = (send: Transport.Transport["Service"]["send"]): Transport.Transport["Service"]["send"] =>
  Effect.fnUntraced(function* (request) {
    let answer: Transport.Answer | undefined
    let problem: TransportProblem.TransportProblem | undefined
    const client = HttpClient.make((shown) =>
      Effect.matchEffect(send(request), {
        onFailure: (failure) => {
          problem = failure
          return Effect.fail(new HttpClientError({ reason: new TransportError({ request: shown, cause: failure }) }))
        },
        onSuccess: (success) => {
          answer = success
          const { headers, status } = success
          const bare = HttpClientResponse.fromWeb(shown, new Response(null))
          const lines = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
          return Effect.succeed(
            Object.create(bare, { status: { value: status }, headers: { value: Object.fromEntries(lines) } })
          )
        }
      })
    )
    const shown = HttpClientRequest.make(request.method)(request.url, { headers: request.headers })
    yield* Effect.exit(
      Redaction.redacting(Effect.provideService(client.execute(shown), HttpClient.TracerPropagationEnabled, false))
    )
    return answer ?? (yield* problem!)
  })

const isTraced = (fiber: { readonly getRef: <A>(reference: Context.Reference<A>) => A }): boolean =>
  // Effect's own tracer exports nothing, so nobody could see the span.
  fiber.getRef(Tracer.Tracer) !== Tracer.nativeTracer && !fiber.getRef(Tracer.DisablePropagation)

/** A dispatcher of the program's own keeps its connections, and takes its ways, as it likes. */
export const make = Effect.fnUntraced(function* (own: Undici.Dispatcher | undefined) {
  const dispatcher = own ?? (yield* makeDispatcher).dispatcher
  const client = yield* Layer.build(
    Layer.provide(NodeHttpClient.layerUndiciNoDispatcher, Layer.succeed(NodeHttpClient.Dispatcher, dispatcher))
  )
  const send = Dispatching.make(dispatcher, own === undefined ? proxyOf : () => undefined)
  const sendSpanned = spanned(send)
  return {
    client: asking(Context.get(client, HttpClient.HttpClient)),
    transport: {
      send: (request) => Effect.withFiber((fiber) => (isTraced(fiber) ? sendSpanned(request) : send(request)))
    }
  } satisfies Http
})
