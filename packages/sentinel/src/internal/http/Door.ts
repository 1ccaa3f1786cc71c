/**
 * The way in to a server that is Sentinel and nothing else: one pass, in which the address of a request is read once.
 *
 * `Sentinel.layer` gives the same answers to the router of a program. That router reads a query of its own, and takes a
 * step of the fiber for each middleware.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FindMyWay from "effect/http/FindMyWay"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Tracer from "effect/Tracer"
import type { RequestContext } from "./RequestContext.ts"
import { type Answers, excessOf, type Target, targetOf } from "./RouteHandlers.ts"
import { type Show, ShownError } from "./ShownError.ts"

type Request = HttpServerRequest.HttpServerRequest
type Answer = Effect.Effect<HttpServerResponse.HttpServerResponse>

/** Answers a request, and notes its path in the context, if there is one. */
export type Enter = (request: Request, fiber: Fiber.Fiber<unknown, unknown>, context?: RequestContext) => Answer

/** Paths are compared exactly: no other case, no slash at the end, no doubled slashes. */
const exactly = { caseSensitive: true, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false }

/** As the router of effect tells it. */
const tellRoute = (path: string, { cache, context }: Fiber.Fiber<unknown, unknown>): void => {
  if (cache.tracer === undefined) return
  const span = Context.getOrUndefined(context as Context.Context<unknown>, Tracer.ParentSpan)
  if (span?._tag === "Span" && span.sampled) span.attribute("http.route", path)
}

/**
 * Opens the door. `refuse` shows what is wrong with an address whatever its path is, and `others` answers all other
 * paths, and methods that a path does not know.
 */
export const make = (parts: {
  readonly all: ReadonlyArray<Answers>
  readonly refuse: Show
  readonly others: (request: Request, target: Target) => Answer
}): Enter => {
  const { all, others, refuse } = parts
  const paths = FindMyWay.make<Answers>(exactly)
  // The methods are looked up in the answers: a tree for each would hold the same paths.
  for (const answers of all) paths.on("GET", answers.path as FindMyWay.PathInput, answers)

  return (request, fiber, context) => {
    const target = targetOf(request)
    if (target instanceof ShownError) return refuse(target, request)
    const excess = excessOf(target)
    if (excess !== undefined) return refuse(excess, request)
    const found = paths.find("GET", target.path)
    if (found === undefined) return others(request, target)
    const { byMethod, path } = found.handler
    const answer = byMethod.get(request.method) ?? (request.method === "HEAD" ? byMethod.get("GET") : undefined)
    if (answer === undefined) return others(request, target)
    if (context !== undefined) {
      context.route = path
      context.path = found.params
    }
    tellRoute(path, fiber)
    return Effect.interruptible(answer(request, target, found.params))
  }
}

/** The door as an app, for a server that watches no request. */
export const app = (enter: Enter): Effect.Effect<HttpServerResponse.HttpServerResponse, never, Request> =>
  Effect.withFiber((fiber) => enter(Context.getUnsafe(fiber.context, HttpServerRequest.HttpServerRequest), fiber))
