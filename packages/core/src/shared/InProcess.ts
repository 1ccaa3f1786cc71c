/**
 * A server's routes as a function of requests in the same process, without a port.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"

/**
 * What a server would do with a request.
 *
 * @category models
 * @since 0.1.0
 */
export type App = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  unknown,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

/**
 * The answer of an app to a request. The work is done in a fiber of `scope`, as a server does it: a caller that stops
 * waiting does not stop it. `connection` gives services that break the connection by the function that they get: the
 * caller has this error, and the app stops.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answer = Effect.fnUntraced(function* (options: {
  readonly app: App
  readonly request: HttpClientRequest.HttpClientRequest
  readonly scope: Scope.Scope
  readonly connection: (
    breakBy: (error: HttpClientError.HttpClientError) => Effect.Effect<never>
  ) => Context.Context<never>
}): Effect.fn.Return<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> {
  const { app, connection, request, scope } = options
  const answer = yield* Deferred.make<HttpServerResponse.HttpServerResponse, HttpClientError.HttpClientError>()
  const services = connection((error) => Effect.andThen(Deferred.fail(answer, error), Effect.interrupt))
  yield* HttpEffect.toHandled(app, (_, response) => Deferred.succeed(answer, response)).pipe(
    Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromClientRequest(request)),
    Effect.provideContext(services),
    Effect.forkIn(scope, { startImmediately: true })
  )
  return HttpServerResponse.toClientResponse(yield* Deferred.await(answer), { request })
})
