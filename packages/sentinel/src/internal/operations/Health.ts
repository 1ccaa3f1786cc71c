/** Whether this process lives, and whether it can answer requests. */
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Paths from "../../Paths.ts"
import { SentinelStore } from "../../SentinelStore.ts"
import { Stopping } from "../../Stopping.ts"
import type { RouteHandlers } from "../http/RouteHandlers.ts"

const alive = HttpServerResponse.jsonUnsafe({ status: "alive" }, { headers: documentHeaders })
const ready = HttpServerResponse.jsonUnsafe({ status: "ready" }, { headers: documentHeaders })
const notReady = (reason: string) =>
  HttpServerResponse.jsonUnsafe({ status: "not ready", reason }, { status: 503, headers: documentHeaders })

const stopping = notReady("Sentinel is stopping.")

/** The longest time that the store may take. A slower one is of no use to a request. */
const timeout = "2 seconds"

/** The store is asked at most once in this time, */
const memory = "1 second"

/** and written to at most once in this many milliseconds, as long as that works. */
const writesEvery = 5000

/** A look-up that finds nothing and changes nothing. */
const look = Effect.gen(function* () {
  const store = yield* SentinelStore
  yield* store.findSession("0".repeat(64), yield* Clock.currentTimeMillis)
})

/** Says why a sign-in could not be kept; `undefined` if it could. */
const makeAsk = Effect.gen(function* () {
  const store = yield* SentinelStore
  let writtenAt = Number.NEGATIVE_INFINITY
  const write = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    // A clock that was set back is not a reason to wait.
    if (store.probe === undefined || Math.abs(now - writtenAt) < writesEvery) return
    writtenAt = Number.NEGATIVE_INFINITY
    yield* Effect.mapError(store.probe, (error) => ({ _tag: "CannotWrite", error }) as const)
    writtenAt = now
  })
  const red = (reason: string, error?: StoreError) =>
    Effect.as(error === undefined ? Effect.logWarning("not ready") : Effect.logWarning("not ready", error), reason)
  return Effect.all([look, write], { concurrency: "unbounded" }).pipe(
    Effect.timeout(timeout),
    Effect.as(undefined),
    Effect.catchTags({
      CannotWrite: ({ error }) => red(`Sentinel cannot write. ${error.message}`, error),
      StoreError: (error) => red(error.message, error),
      TimeoutError: () => red(`The store did not answer within ${timeout}.`)
    })
  )
})

/**
 * `/health/live` asks nothing: an orchestrator restarts a process that does not answer it, which mends no store.
 * `/health/ready` reads the store, writes a row of its own and reads it back, and answers 503 with the reason if no
 * requests should be sent (R92).
 */
export const make: Effect.Effect<ReadonlyArray<RouteHandlers>, never, SentinelStore> = Effect.gen(function* () {
  const state = yield* Stopping
  const problem = yield* Effect.cachedWithTTL(
    Effect.provideService(yield* makeAsk, SentinelStore, yield* SentinelStore),
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
