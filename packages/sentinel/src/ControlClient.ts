/**
 * A typed client of the control of a Sentinel in another process.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as ControlClient from "@le-auth/sentinel/ControlClient"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const control = yield* ControlClient.make("http://127.0.0.1:4402")
 *   yield* control.faults.add({
 *     payload: { match: { route: "refresh", nth: 3 }, action: { type: "too-many-requests", retry_after: 7 } }
 *   })
 * })
 * ```
 *
 * @since 0.1.0
 */
import type { Origin } from "@le-auth/core/Origin"
import type * as Effect from "effect/Effect"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { ControlApi, controlHeader } from "./ControlApi.ts"

/**
 * A method for each endpoint of {@link ControlApi}, by group: `control.clock.advance`, `control.faults.add`,
 * `control.state.reset`.
 *
 * @category models
 * @since 0.1.0
 */
export type ControlClient = HttpApiClient.ForApi<typeof ControlApi>

/**
 * A client for the control at an origin, such as `http://127.0.0.1:4402`, over the `HttpClient` of the context. It
 * sends `x-sentinel-control` with every request. The module has an example.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (origin: Origin | string): Effect.Effect<ControlClient, never, HttpClient.HttpClient> =>
  HttpApiClient.make(ControlApi, {
    baseUrl: origin,
    transformClient: HttpClient.mapRequest(HttpClientRequest.setHeader(controlHeader, "1"))
  })
