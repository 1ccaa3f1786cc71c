/**
 * Stands between a server and Sentinel's routes. The control installs one; without it, the routes are as if there were none.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Route } from "./Route.ts"

/**
 * The header of every answer that a fault had a hand in, with the fault's id.
 *
 * @since 0.1.0
 */
export const faultHeader = "x-sentinel-fault"

/**
 * A request to one of the routes. `accountId` is empty where the path has none.
 *
 * @since 0.1.0
 */
export interface Intercepted {
  readonly route: Route
  readonly accountId: string
  readonly request: HttpServerRequest.HttpServerRequest
}

/**
 * Answers a request in place of Sentinel. `usual` is Sentinel's own answer: Sentinel acts only if `usual` is run.
 *
 * @since 0.1.0
 */
export type Interceptor = (
  intercepted: Intercepted,
  usual: Effect.Effect<HttpServerResponse.HttpServerResponse>
) => Effect.Effect<HttpServerResponse.HttpServerResponse>

/**
 * Read once, when the routes are made.
 *
 * @since 0.1.0
 */
export const Interceptor = Context.Reference<Interceptor | undefined>("@le-auth/sentinel/internal/http/Interceptor", {
  defaultValue: () => undefined
})
