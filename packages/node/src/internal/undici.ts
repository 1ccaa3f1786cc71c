/**
 * HTTP over undici: one dispatcher for the client of effect and for our own requests. Loaded with the first request.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeStream from "@effect/platform-node/NodeStream"
import Undici from "@effect/platform-node/Undici"
import * as Redaction from "@le-auth/core/Redaction"
import { BoundedMap } from "@le-auth/core/shared/BoundedMap"
import type * as Transport from "@le-auth/core/Transport"
import * as TransportProblem from "@le-auth/core/TransportProblem"
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
 * A request that meets the close of its connection may have arrived, and a code is not sent twice: so a connection is
 * used again within a second only, also if the server says that it keeps it longer. Servers close after 5 seconds and
 * more.
 */
const keptBriefly = { keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 }

/** Straight, or over the proxy that the environment of the start names for an address. */
const makeDispatcher = Effect.acquireRelease(
  Effect.sync(() => {
    const environment = { ...process.env }
    // The environment is that of the start, and a program asks few origins.
    const ways = new BoundedMap<OutgoingProxy.Way>({ capacity: 1000 })
    const wayTo = (origin: string) => {
      const known = ways.get(origin)
      if (known !== undefined) return known
      const way = OutgoingProxy.wayTo(new URL(origin), environment)
      ways.set(origin, way)
      return way
    }
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
      const origin = String(options.origin)
      const way = wayTo(origin)
      if (way._tag === "Invalid") {
        throw new TransportProblem.ProxyInvalid({ host: new URL(origin).host, code: way.variable, sent: false })
      }
      return way._tag === "Proxy" ? overProxy(way.proxy.href).dispatch(options, handler) : dispatch(options, handler)
    })
    const proxyOf = (url: URL) => {
      // `url.origin` is null for an address that no request goes to, and such a request also has an answer.
      const way = wayTo(`${url.protocol}//${url.host}`)
      return way._tag === "Proxy" ? way.proxy.host : undefined
    }
    return { dispatcher, proxyOf, all: () => [straight, ...proxies.values()] }
  }),
  ({ all }) => Effect.promise(() => Promise.all(all().map((each) => each.destroy())))
)

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

const decoding = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.transform(client, (response, request) =>
    Redaction.redacting(Effect.map(response, (response) => decoded(request, response)))
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
          const description = TransportProblem.what(failure)
          const reason = new TransportError({ request: shown, cause: failure, description })
          return Effect.fail(new HttpClientError({ reason }))
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
    const exit = yield* Effect.exit(
      Redaction.redacting(Effect.provideService(client.execute(shown), HttpClient.TracerPropagationEnabled, false))
    )
    if (problem !== undefined) return yield* problem
    // Without either it never travelled.
    return answer ?? (yield* Effect.die(exit))
  })

const isTraced = (fiber: { readonly getRef: <A>(reference: Context.Reference<A>) => A }): boolean =>
  // Effect's own tracer exports nothing, so the span could not be seen.
  fiber.getRef(Tracer.Tracer) !== Tracer.nativeTracer && !fiber.getRef(Tracer.DisablePropagation)

/** A dispatcher of the program's own keeps its connections, and takes its ways, as it likes. */
export const make = Effect.fnUntraced(function* (own: Undici.Dispatcher | undefined) {
  const { dispatcher, proxyOf } =
    own === undefined ? yield* makeDispatcher : { dispatcher: own, proxyOf: () => undefined }
  const client = yield* Layer.build(
    Layer.provide(NodeHttpClient.layerUndiciNoDispatcher, Layer.succeed(NodeHttpClient.Dispatcher, dispatcher))
  )
  const send = Dispatching.make(dispatcher, proxyOf)
  const sendSpanned = spanned(send)
  return {
    client: decoding(Context.get(client, HttpClient.HttpClient)),
    transport: {
      send: (request) => Effect.withFiber((fiber) => (isTraced(fiber) ? sendSpanned(request) : send(request)))
    }
  } satisfies Http
})
