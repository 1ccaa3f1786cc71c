/**
 * Whether this process lives, and whether it can answer requests: for an orchestrator, and for the load balancer in front of
 * several of them.
 */
import { BrowserSessions } from "@le-auth/web/BrowserSessions"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" }

const alive = HttpServerResponse.jsonUnsafe({ status: "alive" }, { headers })
const ready = HttpServerResponse.jsonUnsafe({ status: "ready" }, { headers })
const notReady = (reason: string) =>
  HttpServerResponse.jsonUnsafe({ status: "not ready", reason }, { status: 503, headers })

/** A store that answers so slowly helps no request. */
const patience = "2 seconds"

/** A look-up that finds nothing, and not more than one in a second, however often somebody asks. */
const askStore = Effect.gen(function* () {
  const { find } = yield* BrowserSessions
  return yield* Effect.cachedWithTTL(
    find("nobody").pipe(
      Effect.timeout(patience),
      Effect.as(ready),
      Effect.catchTags({
        StoreError: (error) => Effect.as(Effect.logWarning("not ready", error), notReady(error.message)),
        TimeoutError: () => Effect.succeed(notReady(`The store did not answer within ${patience}.`))
      })
    ),
    "1 second"
  )
})

export const layer = HttpRouter.addAll(
  Effect.map(askStore, (readiness) => [
    HttpRouter.route("GET", "/health/live", Effect.succeed(alive)),
    HttpRouter.route("GET", "/health/ready", readiness)
  ])
)
