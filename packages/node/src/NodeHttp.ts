/**
 * HTTP on Node: undici, which follows no redirects, and the names of everything secret in OAuth.
 *
 * @since 0.1.0
 */
import type * as Undici from "@effect/platform-node/Undici"
import * as Redaction from "@le-auth/core/Redaction"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"

/**
 * @since 0.1.0
 */
export interface Options {
  /** Sends the requests in place of a dispatcher of our own, and keeps its connections as it likes. It stays the program's to close. */
  readonly dispatcher?: Undici.Dispatcher | undefined
}

/**
 * A request that meets the close of its connection may have arrived, and a code is not sent twice: so a connection is used again
 * within a second only, also if the server says that it keeps it longer. Servers close after 5 seconds and more.
 */
const keptBriefly = { keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 }

/**
 * {@link layer}, with options.
 *
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<HttpClient.HttpClient> =>
  Layer.merge(
    Redaction.layer,
    Layer.effect(
      HttpClient.HttpClient,
      Effect.gen(function* () {
        const scope = yield* Effect.scope
        // Loaded with the first request: undici is half of what a command line loads, and most commands need none.
        const undici = yield* Effect.cached(
          Effect.promise(() => import("@effect/platform-node/NodeHttpClient")).pipe(
            Effect.flatMap(({ Dispatcher, layerUndiciNoDispatcher, layerUndiciOptions }) =>
              Layer.buildWithScope(
                options.dispatcher === undefined
                  ? layerUndiciOptions(keptBriefly)
                  : Layer.provide(layerUndiciNoDispatcher, Layer.succeed(Dispatcher, options.dispatcher)),
                scope
              )
            ),
            Effect.map(Context.get(HttpClient.HttpClient))
          )
        )
        return HttpClient.makeWith(
          (request: Effect.Effect<HttpClientRequest.HttpClientRequest, HttpClientError>) =>
            Redaction.redacting(
              Effect.flatMap(request, (request) => Effect.flatMap(undici, (client) => client.execute(request)))
            ),
          Effect.succeed
        )
      })
    )
  )

/**
 * `HttpClient` over undici. A redirect is an answer like any other: nothing is sent to another host unless the caller does
 * so. Its requests hide `Redaction.secretParameters` wherever they run, and so does what runs with this layer. A connection is used
 * again within a second of its last use, else there is a new one.
 *
 * @example
 * ```ts
 * import * as NodeHttp from "@le-auth/node/NodeHttp"
 * import * as HttpClient from "effect/http/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * HttpClient.get("https://api.liveperson.net").pipe(Effect.provide(NodeHttp.layer))
 * ```
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = layerWith({})
