/**
 * The number of requests, and how long they take.
 *
 * A label is a path of our own routes, a method of the HTTP standard or a status, none of which a request can choose
 * freely, so the number of series is bounded.
 */
import * as LabelledMetrics from "@le-auth/core/shared/LabelledMetrics"
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"

/** Seconds, as Prometheus has them. */
const boundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const inFlight = Metric.gauge("sentinel_http_requests_in_flight", { description: "Requests that are being answered" })

const requestsOf = LabelledMetrics.make(["route", "method", "status"], (attributes) =>
  Metric.counter("sentinel_http_requests_total", {
    description: "Requests by route, method and status; 499 is a client that did not wait",
    incremental: true,
    attributes
  })
)

const durationOf = LabelledMetrics.make(["route", "method"], (attributes) =>
  Metric.histogram("sentinel_http_request_duration_seconds", {
    description: "How long requests took, by route and method",
    boundaries,
    attributes
  })
)

const refusedRequestsOf = LabelledMetrics.make(["route", "error"], (attributes) =>
  Metric.counter("sentinel_refusals_total", {
    description: "Requests that were refused, by route and error code",
    incremental: true,
    attributes
  })
)

const connectionsRefusedOf = LabelledMetrics.make(["reason"], (attributes) =>
  Metric.counter("sentinel_http_connections_refused_total", {
    description: "Connections that were refused before there was a request, by reason",
    incremental: true,
    attributes
  })
)

const faults = Metric.counter("sentinel_faults_total", {
  description: "Requests that a fault had a hand in",
  incremental: true
})

/** A request has begun. */
export const begun = (context: Context.Context<never>): void => inFlight.modifyUnsafe(1, context)

/** A request is answered. `route` is one of our own paths. */
export const ended = (
  request: { readonly route: string; readonly method: string; readonly status: number; readonly seconds: number },
  context: Context.Context<never>
): void => {
  const { method, route, seconds, status } = request
  inFlight.modifyUnsafe(-1, context)
  durationOf(route, method).updateUnsafe(seconds, context)
  requestsOf(route, method, String(status)).updateUnsafe(1, context)
}

/** A request is refused. `route` is one of our own paths, `error` one of our own codes. */
export const refusedRequest = (route: string, error: string, context: Context.Context<never>): void =>
  refusedRequestsOf(route, error).updateUnsafe(1, context)

/** A fault changed the answer of a request. */
export const faulted = (context: Context.Context<never>): void => faults.updateUnsafe(1, context)

/** The reason why a connection was refused before there was a request. */
export type Refusal = "headers_too_large" | "too_slow" | "malformed" | "unknown_method" | "not_tls" | "too_many"

/** A connection is refused. */
export const refused = (reason: Refusal, context: Context.Context<never>): void =>
  connectionsRefusedOf(reason).updateUnsafe(1, context)
