/**
 * A function between a server and Sentinel's routes. The control installs one; without it, the routes do nothing more.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Route } from "./Route.ts"

/** The header of an answer that a fault changed, with the id of the fault. */
export const faultHeader = "x-sentinel-fault"

/** A request to one of the routes. `accountId` is empty where the path has none. */
export interface Intercepted {
  readonly route: Route
  readonly accountId: string
  readonly request: HttpServerRequest.HttpServerRequest
}

/** Answers a request in place of Sentinel. `usual` is Sentinel's own answer: Sentinel acts only if `usual` is run. */
export type Interceptor = (
  intercepted: Intercepted,
  usual: Effect.Effect<HttpServerResponse.HttpServerResponse>
) => Effect.Effect<HttpServerResponse.HttpServerResponse>

/** The interceptor, if there is one. It is read once, when the routes are made. */
export const Interceptor = Context.Reference<Interceptor | undefined>("@le-auth/sentinel/internal/http/Interceptor", {
  defaultValue: () => undefined
})
