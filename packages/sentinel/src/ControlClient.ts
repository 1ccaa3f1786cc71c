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
import type * as Redacted from "effect/Redacted"
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
 * The settings of {@link make}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * The token of the control, if it has one. It goes to the origin with every request, so the origin is https, or on a
   * network of one's own.
   */
  readonly token?: Redacted.Redacted<string> | undefined
}

/**
 * A client for the control at an origin, such as `http://127.0.0.1:4402`, over the `HttpClient` of the context. It
 * sends `x-sentinel-control` with every request, and the token if there is one. The module has an example.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  origin: Origin | string,
  { token }: Options = {}
): Effect.Effect<ControlClient, never, HttpClient.HttpClient> =>
  HttpApiClient.make(ControlApi, {
    baseUrl: origin,
    transformClient: HttpClient.mapRequest((request) =>
      HttpClientRequest.setHeader(
        token === undefined ? request : HttpClientRequest.bearerToken(request, token),
        controlHeader,
        "1"
      )
    )
  })
