/**
 * Whether this process lives, and whether it can answer requests.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Endpoint } from "../http/Endpoint.ts"
import * as Paths from "../Paths.ts"
import { SentinelStore } from "../SentinelStore.ts"
import { Stopping } from "./Stopping.ts"

const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" }

const alive = HttpServerResponse.jsonUnsafe({ status: "alive" }, { headers })
const ready = HttpServerResponse.jsonUnsafe({ status: "ready" }, { headers })
const notReady = (reason: string) =>
  HttpServerResponse.jsonUnsafe({ status: "not ready", reason }, { status: 503, headers })

const stopping = notReady("Sentinel is stopping.")

/** A store that answers so slowly helps no request. */
const patience = "2 seconds"

/** However often somebody asks, the store is asked at most once in this time. */
const memory = "1 second"

/** A look-up that finds nothing and changes nothing. */
const askStore = Effect.gen(function* () {
  const store = yield* SentinelStore
  const now = yield* Clock.currentTimeMillis
  return yield* store.findSession("0".repeat(64), now).pipe(
    Effect.timeout(patience),
    Effect.as(undefined),
    Effect.catchTags({
      StoreError: (error) => Effect.as(Effect.logWarning("not ready", error), error.message),
      TimeoutError: () => Effect.as(Effect.logWarning("not ready"), `The store did not answer within ${patience}.`)
    })
  )
})

/**
 * `/health/live` asks nothing: an orchestrator restarts a process that does not answer it, which helps against no failure of a
 * store. `/health/ready` asks the store and says with 503 why no requests should be sent (R92).
 *
 * @since 0.1.0
 */
export const make: Effect.Effect<ReadonlyArray<Endpoint>, never, SentinelStore> = Effect.gen(function* () {
  const state = yield* Stopping
  const problem = yield* Effect.cachedWithTTL(
    Effect.provideService(askStore, SentinelStore, yield* SentinelStore),
    memory
  )
  return [
    { path: Paths.live, GET: () => Effect.succeed(alive) },
    {
      path: Paths.ready,
      GET: () =>
        state.hasBegun
          ? Effect.succeed(stopping)
          : Effect.map(problem, (reason) => (reason === undefined ? ready : notReady(reason)))
    }
  ]
})
