/**
 * HTTP on Node: undici, which follows no redirects, and the names of everything secret in OAuth.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Redaction from "@le-auth/core/Redaction"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"

/**
 * `HttpClient` over undici. A redirect is an answer like any other: nothing is sent to another host unless the caller does
 * so. Its requests hide `Redaction.secretParameters` wherever they run, and so does what runs with this layer.
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
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.merge(
  Redaction.layer,
  Layer.effect(
    HttpClient.HttpClient,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      // Loaded with the first request: undici is half of what a command line loads, and most commands need none.
      const undici = yield* Effect.cached(
        Effect.promise(() => import("@effect/platform-node/NodeHttpClient")).pipe(
          Effect.flatMap(({ layerUndici }) => Layer.buildWithScope(layerUndici, scope)),
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
