/** Watches every request: counts it, times it, gives it an id and writes its line. */
import * as Patterns from "@le-auth/core/shared/Patterns"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { AccessLog } from "../../AccessLog.ts"
import * as Paths from "../../Paths.ts"
import { Stopping } from "../../Stopping.ts"
import { faultHeader } from "../http/Interceptor.ts"
import * as RequestContext from "../http/RequestContext.ts"
import * as RequestMetrics from "./RequestMetrics.ts"

/** The header with the request id. */
export const requestIdHeader = "x-request-id"

/** The label of requests without a route, whose paths are free text. */
const noRoute = "none"

const statusOf = (exit: Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>): number => {
  if (exit._tag === "Success") return exit.value.status
  if (Cause.hasInterruptsOnly(exit.cause)) return 499
  const failure = exit.cause.reasons.find((reason) => reason._tag === "Fail")?.error
  return HttpServerError.isHttpServerError(failure) && failure.reason._tag === "RouteNotFound" ? 404 : 500
}

/** Probes and scrapes come every few seconds and tell nothing. */
const isProbe = (route: string): boolean => route === Paths.live || route === Paths.ready || route === Paths.metrics

/** Watches the requests of the router that it is added to, also those without a route. */
export const layer = HttpRouter.middleware(
  Effect.gen(function* () {
    const contextOf = yield* RequestContext.make
    const hasAccessLog = yield* AccessLog
    const stopping = yield* Stopping

    return (app) =>
      Effect.withFiber((fiber) => {
        const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
        const clock = fiber.getRef(Clock.Clock)
        const start = clock.currentTimeNanosUnsafe()
        RequestMetrics.begun(fiber.context)

        return Effect.flatMap(contextOf(request), (context) => {
          const answer = Effect.map(app, (response) => {
            const named = HttpServerResponse.setHeader(response, requestIdHeader, context.id)
            // So that the client opens its next connection to another Sentinel.
            return stopping.hasBegun ? HttpServerResponse.setHeader(named, "connection", "close") : named
          })
          const watched = Effect.onExit(answer, (exit) => {
            // The router has put the route into the context of the fiber.
            const matched = Context.getOrUndefined(fiber.context as Context.Context<unknown>, HttpRouter.RouteContext)
            const route = matched?.route.path ?? noRoute
            const { method } = request
            const status = statusOf(exit as Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>)
            const seconds = Number(clock.currentTimeNanosUnsafe() - start) / 1e9
            const fault = exit._tag === "Success" ? exit.value.headers[faultHeader] : undefined
            const { application } = context
            const error = context.error ?? context.loginFailure
            RequestMetrics.ended({ route, method, status, seconds }, fiber.context)
            if (error !== undefined) RequestMetrics.refusedRequest(route, error, fiber.context)
            if (fault !== undefined) RequestMetrics.faulted(fiber.context)
            const { warnings } = context
            const warned =
              warnings.length === 0
                ? Effect.void
                : Effect.logWarning("a departure from an RFC was let through", {
                    requestId: context.id,
                    route,
                    warnings,
                    ...(application === undefined
                      ? {}
                      : { account: application.accountId, client: application.clientId })
                  })
            if (!hasAccessLog || isProbe(route)) return warned

            const account = application?.accountId ?? matched?.params["accountId"]
            const line = Effect.logInfo("request", {
              requestId: context.id,
              method,
              route,
              status,
              durationMs: Math.round(seconds * 1e6) / 1e3,
              ...(account !== undefined && Patterns.accountId.test(account) ? { account } : {}),
              ...(error === undefined ? {} : { error }),
              ...(fault === undefined ? {} : { fault }),
              ...(application === undefined ? {} : { client: application.clientId })
            })
            return warnings.length === 0 ? line : Effect.andThen(warned, line)
          })
          return Effect.provideService(watched, RequestContext.Current, context)
        })
      })
  }),
  { global: true }
)
