/**
 * HTTP on Node: undici, which follows no redirects, and the names of everything secret in OAuth.
 *
 * @since 0.1.0
 */
import type * as Undici from "@effect/platform-node/Undici"
import * as FetchHttp from "@le-auth/core/FetchHttp"
import * as Redaction from "@le-auth/core/Redaction"
import { Transport } from "@le-auth/core/Transport"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { Http } from "./internal/undici.ts"

/**
 * How {@link layerWith} sends requests.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * Sends the requests in place of a dispatcher of our own, and keeps its connections as it likes. It stays the
   * program's to close. No variable of the environment puts a proxy before it.
   */
  readonly dispatcher?: Undici.Dispatcher | undefined
}

/** Without the header a server may choose any coding (RFC 9110 section 12.5.3). */
const asking = (request: HttpClientRequest.HttpClientRequest): HttpClientRequest.HttpClientRequest =>
  request.headers["accept-encoding"] === undefined
    ? HttpClientRequest.setHeader(request, "accept-encoding", "identity")
    : request

/** Over fetch, where undici is not undici. */
const overFetch = Effect.map(Layer.build(FetchHttp.layer), (context): Http => ({
  client: Context.get(context, HttpClient.HttpClient),
  transport: Context.get(context, Transport)
}))

/**
 * `HttpClient` and `Transport` over a dispatcher of your own, such as a proxy; else as {@link layer}.
 *
 * @example
 * ```ts
 * import * as NodeHttp from "@le-auth/node/NodeHttp"
 * import * as Undici from "undici"
 *
 * // Through the proxy of one's own choice.
 * const http = NodeHttp.layerWith({ dispatcher: new Undici.ProxyAgent("http://proxy.example:3128") })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<HttpClient.HttpClient | Transport> =>
  Layer.merge(
    Redaction.layer,
    Layer.effectContext(
      Effect.gen(function* () {
        const scope = yield* Effect.scope
        let ready: Http | undefined
        // Loaded with the first request: undici is half of what a command line loads, and most commands need none.
        const loaded = yield* Effect.cached(
          Effect.promise(() => import("./internal/undici.ts")).pipe(
            Effect.flatMap(({ isUndici, make }) =>
              isUndici || options.dispatcher !== undefined ? make(options.dispatcher) : overFetch
            ),
            Effect.provideService(Scope.Scope, scope),
            Effect.tap((http) => Effect.sync(() => void (ready = http)))
          )
        )
        const use = <A, E>(how: (http: Http) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
          Effect.suspend(() => (ready === undefined ? Effect.flatMap(loaded, how) : how(ready)))

        const client = HttpClient.makeWith(
          (request: Effect.Effect<HttpClientRequest.HttpClientRequest, HttpClientError>) =>
            Effect.flatMap(request, (request) => use(({ client }) => client.execute(request))),
          // Here, so that what wraps the client sees the request that is sent.
          (request) => Effect.succeed(asking(request))
        )
        return Context.make(HttpClient.HttpClient, client).pipe(
          Context.add(Transport, { send: (request) => use(({ transport }) => transport.send(request)) })
        )
      })
    )
  )

/**
 * `HttpClient` and `Transport` over undici.
 *
 * - A redirect is an answer like any other: nothing is sent to another address unless the caller does so.
 * - What is secret in OAuth shows neither in its requests, wherever they run, nor in what runs with this layer.
 * - A connection is used again within a second of its last use, else there is a new one.
 * - Proxies of the environment are used, see `OutgoingProxy`.
 * - Certificates are trusted as Node does: `NODE_EXTRA_CA_CERTS` and `NODE_USE_SYSTEM_CA=1` add more.
 * - Where there is no undici, as in Bun, it is `FetchHttp.layer` of `@le-auth/core`.
 *
 * @example
 * ```ts
 * // compiled only: it needs a network
 * import * as NodeHttp from "@le-auth/node/NodeHttp"
 * import * as HttpClient from "effect/http/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * HttpClient.get("https://api.liveperson.net").pipe(Effect.provide(NodeHttp.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<HttpClient.HttpClient | Transport> = layerWith({})
