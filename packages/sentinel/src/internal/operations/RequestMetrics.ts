/**
 * How many requests there are, and how long they take.
 *
 * A label is a path of our own routes, a method of the HTTP standard or a status: nothing that a request can choose freely, so
 * the number of series is bounded.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"

/** Seconds, as Prometheus has them. */
const boundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const inFlight = Metric.gauge("sentinel_http_requests_in_flight", { description: "Requests that are being answered" })

const requestsOf = (attributes: { readonly route: string; readonly method: string; readonly status: string }) =>
  Metric.counter("sentinel_http_requests_total", {
    description: "Requests by route, method and status; 499 is a client that did not wait",
    incremental: true,
    attributes
  })

const durationOf = (attributes: { readonly route: string; readonly method: string }) =>
  Metric.histogram("sentinel_http_request_duration_seconds", {
    description: "How long requests took, by route and method",
    boundaries,
    attributes
  })

interface Series {
  readonly duration: ReturnType<typeof durationOf>
  readonly byStatus: Map<number, ReturnType<typeof requestsOf>>
}

/** Made once for each route and method: to make a metric costs more than to count with it. */
const all = new Map<string, Map<string, Series>>()

const seriesOf = (route: string, method: string): Series => {
  let byMethod = all.get(route)
  if (byMethod === undefined) all.set(route, (byMethod = new Map()))
  let series = byMethod.get(method)
  if (series === undefined) {
    byMethod.set(method, (series = { duration: durationOf({ route, method }), byStatus: new Map() }))
  }
  return series
}

/**
 * A request has come.
 *
 * @since 0.1.0
 */
export const begun = (context: Context.Context<never>): void => inFlight.modifyUnsafe(1, context)

/**
 * A request is answered. `route` is one of our own paths.
 *
 * @since 0.1.0
 */
export const ended = (
  request: { readonly route: string; readonly method: string; readonly status: number; readonly seconds: number },
  context: Context.Context<never>
): void => {
  const { method, route, status } = request
  inFlight.modifyUnsafe(-1, context)
  const series = seriesOf(route, method)
  series.duration.updateUnsafe(request.seconds, context)
  let requests = series.byStatus.get(status)
  if (requests === undefined) {
    series.byStatus.set(status, (requests = requestsOf({ route, method, status: String(status) })))
  }
  requests.updateUnsafe(1, context)
}

const refusedRequests = new Map<string, ReturnType<typeof refusedRequestsOf>>()

const refusedRequestsOf = (attributes: { readonly route: string; readonly error: string }) =>
  Metric.counter("sentinel_refusals_total", {
    description: "Requests that were refused, by route and error code",
    incremental: true,
    attributes
  })

/**
 * A request is refused. `route` is one of our own paths, `error` one of our own codes.
 *
 * @since 0.1.0
 */
export const refusedRequest = (route: string, error: string, context: Context.Context<never>): void => {
  const key = `${error} ${route}`
  let counter = refusedRequests.get(key)
  if (counter === undefined) refusedRequests.set(key, (counter = refusedRequestsOf({ route, error })))
  counter.updateUnsafe(1, context)
}

const faults = Metric.counter("sentinel_faults_total", {
  description: "Requests that a fault had a hand in",
  incremental: true
})

/**
 * A fault had a hand in a request.
 *
 * @since 0.1.0
 */
export const faulted = (context: Context.Context<never>): void => faults.updateUnsafe(1, context)

/**
 * Why a connection was refused before there was a request.
 *
 * @since 0.1.0
 */
export type Refusal = "headers_too_large" | "too_slow" | "malformed" | "unknown_method" | "too_many"

const refusalsOf = (reason: Refusal) =>
  Metric.counter("sentinel_http_connections_refused_total", {
    description: "Connections that were refused before there was a request, by reason",
    incremental: true,
    attributes: { reason }
  })

const refusals: Readonly<Record<Refusal, ReturnType<typeof refusalsOf>>> = {
  headers_too_large: refusalsOf("headers_too_large"),
  too_slow: refusalsOf("too_slow"),
  malformed: refusalsOf("malformed"),
  unknown_method: refusalsOf("unknown_method"),
  too_many: refusalsOf("too_many")
}

/**
 * A connection is refused.
 *
 * @since 0.1.0
 */
export const refused = (reason: Refusal, context: Context.Context<never>): void =>
  refusals[reason].updateUnsafe(1, context)
