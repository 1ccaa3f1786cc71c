/**
 * HTTP on Node: undici, which follows no redirects, and the names of everything secret in OAuth.
 *
 * @since 0.1.0
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as UrlParams from "effect/http/UrlParams"
import * as Layer from "effect/Layer"

/**
 * The parameters of a sign-in whose values must not show. effect 4.1 hides none of them by itself.
 *
 * @see RFC 9700 sections 4.2 and 4.3
 * @since 0.1.0
 */
export const secretParameters: ReadonlyArray<string> = [
  "code",
  "state",
  "access_token",
  "refresh_token",
  "id_token",
  "client_secret",
  "code_verifier",
  "password",
  "token"
]

/** `location` and `referer` carry a callback's address, and with it the code. */
const secretHeaders: ReadonlyArray<string> = [...secretParameters, "location", "referer", "proxy-authorization"]

const withNames = (
  known: ReadonlyArray<string | RegExp>,
  more: ReadonlyArray<string>
): ReadonlyArray<string | RegExp> => [...new Set([...known, ...more])]

/**
 * Adds {@link secretParameters} to what effect hides in spans, errors, logs and `inspect`, for everything that runs with
 * this layer. A program's own additions to those lists stay.
 *
 * @since 0.1.0
 */
export const layerRedaction: Layer.Layer<never> = Layer.merge(
  Layer.effect(
    UrlParams.CurrentRedactedNames,
    Effect.map(UrlParams.CurrentRedactedNames, (names) => withNames(names, secretParameters))
  ),
  Layer.effect(
    Headers.CurrentRedactedNames,
    Effect.map(Headers.CurrentRedactedNames, (names) => withNames(names, secretHeaders))
  )
)

/**
 * Runs an effect with the redaction of {@link layerRedaction}.
 *
 * @since 0.1.0
 */
export const redacting = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.updateService(UrlParams.CurrentRedactedNames, (names) => withNames(names, secretParameters)),
    Effect.updateService(Headers.CurrentRedactedNames, (names) => withNames(names, secretHeaders))
  )

/**
 * `HttpClient` over undici. A redirect is an answer like any other: nothing is sent to another host unless the caller does
 * so. Its requests hide {@link secretParameters} wherever they run, and so does what runs with this layer.
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
  layerRedaction,
  Layer.effect(
    HttpClient.HttpClient,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      // Loaded with the first request: undici is half of what a command line loads, and most commands need none.
      const undici = yield* Effect.cached(
        Effect.map(Layer.buildWithScope(NodeHttpClient.layerUndici, scope), Context.get(HttpClient.HttpClient))
      )
      return HttpClient.makeWith(
        (request: Effect.Effect<HttpClientRequest.HttpClientRequest, HttpClientError>) =>
          redacting(Effect.flatMap(request, (request) => Effect.flatMap(undici, (client) => client.execute(request)))),
        Effect.succeed
      )
    })
  )
)
