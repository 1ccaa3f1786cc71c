/**
 * What Sentinel has counted, for Prometheus.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import type { Endpoint } from "../http/Endpoint.ts"
import * as Paths from "../Paths.ts"

/**
 * `/metrics` in the text format. The numbers say how many sign-ins which account has, so it is served where operators are, and
 * not where the whole world is.
 *
 * @since 0.1.0
 */
export const endpoint: Endpoint = {
  path: Paths.metrics,
  GET: () =>
    Effect.map(PrometheusMetrics.format(), (text) =>
      HttpServerResponse.text(text, {
        contentType: "text/plain; version=0.0.4; charset=utf-8",
        headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" }
      })
    )
}
