/** The way from the control to Sentinel's routes in the same process, without a port. */
import type { Origin } from "@le-auth/core/Origin"
import * as InProcess from "@le-auth/core/shared/InProcess"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type * as Scope from "effect/Scope"
import { Disconnect } from "./Disconnect.ts"

/** Sends a request to Sentinel's routes, and gives their answer. */
export type Send = (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/** Sentinel's routes, and the origin that they are made for. */
export interface Routes {
  readonly origin: Origin
  readonly send: Send
}

/** The control makes one, and Sentinel's routes fill it while they are there. */
export const Entrance = Context.Reference<{ routes: Routes | undefined } | undefined>(
  "@le-auth/sentinel/internal/http/Entrance",
  { defaultValue: () => undefined }
)

/** Opens the entrance of the context, if it has one, until the scope closes. It asks for the app at each request. */
export const open = Effect.fnUntraced(function* (
  origin: Origin,
  appOf: () => InProcess.App
): Effect.fn.Return<void, never, Scope.Scope> {
  const entrance = yield* Entrance
  if (entrance === undefined) return
  const built = yield* Effect.context<never>()
  const scope = yield* Effect.scope

  const broken = (request: HttpClientRequest.HttpClientRequest) =>
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request, description: "Sentinel broke the connection" })
    })

  const send: Send = (request) =>
    InProcess.answer({
      // The services of the caller come last: their clock, their logger, and whom they vouch for.
      app: Effect.updateContext(appOf(), (caller: Context.Context<HttpServerRequest | Scope.Scope>) =>
        Context.merge(built, caller)
      ),
      request,
      scope,
      connection: (breakBy) => Context.make(Disconnect, () => breakBy(broken(request)))
    })

  const routes = { origin, send }
  yield* Effect.acquireRelease(
    Effect.sync(() => void (entrance.routes = routes)),
    () =>
      Effect.sync(() => {
        // Another one may have taken its place.
        if (entrance.routes === routes) entrance.routes = undefined
      })
  )
})
