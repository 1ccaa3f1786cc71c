/** All ways in which a program may have its requests carried. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FetchHttp from "@le-auth/core/FetchHttp"
import * as Transport from "@le-auth/core/Transport"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"

const following = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, (client) => HttpClient.followRedirects(client))
)

const over = (client: Layer.Layer<HttpClient.HttpClient>) => Layer.provide(Transport.layer, client)
const wrapped = (client: Layer.Layer<HttpClient.HttpClient>) => over(Layer.provide(following, client))

/** With options for fetch that win over those of the request. */
const withOptions = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, (client) =>
    HttpClient.transformResponse(
      client,
      Effect.provideService(FetchHttpClient.RequestInit, { credentials: "include", redirect: "follow" })
    )
  )
)

/** Ours. */
export const ours: ReadonlyArray<readonly [string, Layer.Layer<Transport.Transport>]> = [
  ["undici", NodeHttp.layer],
  ["fetch", FetchHttp.layer]
]

/** Those, and what programs bring. */
export const all: typeof ours = [
  ...ours,
  ["undici, wrapped", wrapped(NodeHttp.layer)],
  ["fetch, wrapped", wrapped(FetchHttp.layer)],
  ["effect's fetch", over(FetchHttpClient.layer)],
  ["effect's fetch, wrapped", wrapped(FetchHttpClient.layer)],
  ["effect's fetch, with options", over(Layer.provide(withOptions, FetchHttpClient.layer))],
  ["effect's undici, wrapped", wrapped(NodeHttpClient.layerUndici)],
  ["node:http, wrapped", wrapped(NodeHttpClient.layerNodeHttp)]
]
