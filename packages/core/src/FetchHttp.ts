/**
 * HTTP over fetch: workers, Bun, Deno, and any other place that has it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redaction from "./Redaction.ts"
import * as Transport from "./Transport.ts"

/**
 * Which fetch {@link layerWith} uses, and with which settings.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** What fetch is given with each request, such as `cache`. `redirect` is always `"manual"`. */
  readonly init?: globalThis.RequestInit | undefined
  /** What sends the requests. Default: the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * `HttpClient` over fetch, as {@link layerWith} gives it, without a `Transport`.
 *
 * @example
 * ```ts
 * import * as FetchHttp from "@le-auth/core/FetchHttp"
 *
 * const HttpLive = FetchHttp.layerClientWith({ init: { cache: "no-store" } })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerClientWith = (options: Options): Layer.Layer<HttpClient.HttpClient> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.gen(function* () {
      const fetch = options.fetch ?? (yield* FetchHttpClient.Fetch)
      const context = Context.make(FetchHttpClient.RequestInit, { ...options.init, redirect: "manual" }).pipe(
        Context.add(FetchHttpClient.Fetch, fetch),
        Context.add(HttpClient.TracerPropagationEnabled, false)
      )
      // What this layer says wins over what is around a request.
      return HttpClient.transformResponse(yield* HttpClient.HttpClient, (response) =>
        Redaction.redacting(Effect.provideContext(response, context))
      )
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))

/**
 * `HttpClient` and `Transport` over a fetch of your choice, or with settings of your own; else as {@link layer}.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<HttpClient.HttpClient | Transport.Transport> =>
  Transport.layer.pipe(Layer.provideMerge(layerClientWith(options)), Layer.merge(Redaction.layer))

/**
 * `HttpClient` and `Transport` over the platform's `fetch`.
 *
 * - A redirect is an answer like any other: nothing is sent to another address unless the caller does so.
 * - No trace headers.
 * - What is secret in OAuth shows neither in the spans of its requests nor in what runs with this layer.
 *
 * Bun and Deno obey `HTTPS_PROXY` and `NO_PROXY` in their own fetch, Node with `NODE_USE_ENV_PROXY=1`.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as FetchHttp from "@le-auth/core/FetchHttp"
 * import * as HttpClient from "effect/http/HttpClient"
 * import * as Effect from "effect/Effect"
 *
 * HttpClient.get("https://api.liveperson.net").pipe(Effect.provide(FetchHttp.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<HttpClient.HttpClient | Transport.Transport> = /* @__PURE__ */ layerWith({})
