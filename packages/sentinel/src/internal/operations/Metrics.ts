/** Sentinel's metrics, for Prometheus. */
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Option from "effect/Option"
import * as Paths from "../../Paths.ts"
import { StoreInspection } from "../../StoreInspection.ts"
import type { RouteHandlers } from "../http/RouteHandlers.ts"

const sessions = Metric.gauge("sentinel_sessions", { description: "Sessions that are alive" })

/**
 * `/metrics` in the text format. The numbers tell the sign-ins of each account, so it is served to operators only.
 * Sessions are counted if the store can be looked into, see `StoreInspection`.
 */
export const make: Effect.Effect<RouteHandlers> = Effect.map(
  Effect.serviceOption(StoreInspection),
  (inspection): RouteHandlers => {
    const countSessions = Effect.gen(function* () {
      if (Option.isNone(inspection)) return
      const now = yield* Clock.currentTimeMillis
      yield* Metric.update(sessions, yield* inspection.value.count(now))
    }).pipe(Effect.catch((error) => Effect.logWarning("Sessions could not be counted", error)))
    return {
      path: Paths.metrics,
      GET: () =>
        Effect.map(Effect.andThen(countSessions, PrometheusMetrics.format()), (text) =>
          HttpServerResponse.text(text, {
            contentType: "text/plain; version=0.0.4; charset=utf-8",
            headers: documentHeaders
          })
        )
    }
  }
)
