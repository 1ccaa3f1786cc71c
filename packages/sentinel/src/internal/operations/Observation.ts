/** Watches every request: counts it, times it, gives it an id and writes its line. */
import * as Patterns from "@le-auth/core/shared/Patterns"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { AccessLog } from "../../AccessLog.ts"
import * as Paths from "../../Paths.ts"
import { Stopping } from "../../Stopping.ts"
import type { Enter } from "../http/Door.ts"
import { faultHeader } from "../http/Interceptor.ts"
import * as RequestContext from "../http/RequestContext.ts"
import * as RequestMetrics from "./RequestMetrics.ts"

/** The header with the request id. */
export const requestIdHeader = "x-request-id"

/** The label of requests without a route, whose paths are free text. */
const noRoute = "none"

/** Probes and scrapes come every few seconds and tell nothing. */
const isProbe = (route: string): boolean => route === Paths.live || route === Paths.ready || route === Paths.metrics

/** Watches the requests that go through a door, also those without a route. */
export const make = Effect.fnUntraced(function* (
  enter: Enter
): Effect.fn.Return<
  Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest>,
  never,
  SecureRandom.SecureRandom
> {
  const contextOf = yield* RequestContext.make
  const hasAccessLog = yield* AccessLog
  const stopping = yield* Stopping

  /** Counts a request that is over, and gives the lines of the log that it is worth, if any. */
  const ended = (
    request: HttpServerRequest.HttpServerRequest,
    context: RequestContext.RequestContext,
    {
      fault,
      seconds,
      status
    }: { readonly status: number; readonly seconds: number; readonly fault: string | undefined },
    services: Context.Context<never>
  ): Effect.Effect<void> | undefined => {
    const { application, route = noRoute, warnings } = context
    const { method } = request
    const error = context.error ?? context.loginFailure
    RequestMetrics.ended({ route, method, status, seconds }, services)
    if (error !== undefined) RequestMetrics.refusedRequest(route, error, services)
    if (fault !== undefined) RequestMetrics.faulted(services)
    const warned =
      warnings.length === 0
        ? undefined
        : Effect.logWarning("a departure from an RFC was let through", {
            requestId: context.id,
            route,
            warnings,
            ...(application === undefined ? {} : { account: application.accountId, client: application.clientId })
          })
    if (!hasAccessLog || isProbe(route)) return warned

    const account = application?.accountId ?? context.path["accountId"]
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
    return warned === undefined ? line : Effect.andThen(warned, line)
  }

  return Effect.withFiber((fiber) => {
    const request = Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest)
    const clock = fiber.getRef(Clock.Clock)
    const start = clock.monotonicTimeNanosUnsafe()
    const secondsOf = () => Number(clock.monotonicTimeNanosUnsafe() - start) / 1e9
    RequestMetrics.begun(fiber.context)

    return Effect.flatMapEager(contextOf(request, fiber.getRef(RequestContext.Current)), (context) => {
      // What runs the app restores the context of the fiber, as it does after a router of effect.
      fiber.setContext(Context.add(fiber.context, RequestContext.Current, context))
      return Effect.matchCauseEffect(enter(request, fiber, context), {
        onSuccess: (response) => {
          const { status } = response
          const named = HttpServerResponse.setHeader(response, requestIdHeader, context.id)
          // So that the client opens its next connection to another Sentinel.
          const answer = stopping.hasBegun ? HttpServerResponse.setHeader(named, "connection", "close") : named
          const fault = response.headers[faultHeader]
          const lines = ended(request, context, { status, seconds: secondsOf(), fault }, fiber.context)
          return lines === undefined ? Effect.succeed(answer) : Effect.as(lines, answer)
        },
        onFailure: (cause) => {
          const status = Cause.hasInterruptsOnly(cause) ? 499 : 500
          const lines = ended(request, context, { status, seconds: secondsOf(), fault: undefined }, fiber.context)
          return lines === undefined ? Effect.failCause(cause) : Effect.andThen(lines, Effect.failCause(cause))
        }
      })
    })
  })
})
