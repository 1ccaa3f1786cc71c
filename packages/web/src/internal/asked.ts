/** Routes that answer only a person's request, and no prefetch. */
import { noStore } from "@le-auth/core/shared/PagePolicy"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { isSpeculative } from "../SameOrigin.ts"

/** Not 204, since a browser may take a success for the page itself, and then the click leads nowhere. */
const notYet = HttpServerResponse.empty({ status: 503, headers: noStore })

/** A handler that does not run for a prefetch, which must start nothing and use nothing up. */
export const asked =
  <E, R>(handler: (request: HttpServerRequest) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  (request: HttpServerRequest): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R> =>
    isSpeculative(request) ? Effect.succeed(notYet) : handler(request)
