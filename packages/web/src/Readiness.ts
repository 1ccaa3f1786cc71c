/**
 * Whether people can sign in, as far as it depends on this application and its stores: for an orchestrator, and for the load
 * balancer in front of several nodes.
 *
 * @since 0.1.0
 */
import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { SessionKey } from "@le-auth/core/Session"
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import { StoreError } from "@le-auth/core/StoreError"
import * as StoreOperation from "@le-auth/core/StoreOperation"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as Cache from "effect/Cache"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { BrowserSessions } from "./BrowserSessions.ts"

/** How long an answer counts: a store that is back is noticed soon. */
const goodFor = Duration.seconds(5)
const badFor = Duration.seconds(1)

/** A store that answers so slowly helps nobody who signs in. */
const patience = "2 seconds"

/** What is written lives so long where it is not read back. */
const timeToLive = Duration.seconds(10)

const lost = (store: string, operation: string) =>
  new StoreError({ store, operation, problem: "what was just written was not there" })

const transactionStore = Effect.gen(function* () {
  const store = yield* TransactionStore
  const random = crypto.getRandomValues(new Uint8Array(32))
  const id = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("")
  const record = {
    accountId: AccountId.make("0"),
    clientId: ClientId.make("readiness"),
    sentinel: Origin.make("https://readiness.invalid"),
    deadline: 0
  }
  yield* store.put(id, record, timeToLive)
  if (Option.isNone(yield* store.take(id))) return yield* lost("transaction store", "take")
})

const refreshLock = RefreshLock.use((lock) => lock.withLock(`readiness ${crypto.randomUUID()}`, Effect.void))

/** What could not be removed is removed by the next probe: there it would stay for as long as a browser stays signed in. */
const makeBrowserSessions = Effect.map(BrowserSessions, (sessions) => {
  const left = new Set<string>()
  return Effect.gen(function* () {
    const key = new SessionKey({
      accountId: AccountId.make("0"),
      clientId: ClientId.make("readiness"),
      subject: Subject.make(crypto.randomUUID())
    })
    const identifier = Redacted.value(yield* sessions.create(key))
    left.add(identifier)
    const found = yield* sessions.find(identifier)
    for (const one of left) {
      yield* sessions.remove(one)
      left.delete(one)
    }
    if (Option.isNone(found)) return yield* lost("browser session store", "find")
  })
})

const run = StoreOperation.operations("store of this application", patience)("write and read back")

/**
 * Makes the check: it writes and reads back a record in the `TransactionStore` and in `BrowserSessions`, and takes and releases a
 * `RefreshLock`. It fails with what the store said. However often it is run, the stores are asked every 5 seconds at most, and once a
 * second while it fails. LivePerson is not asked: to take away all nodes because LivePerson is away helps nobody.
 *
 * @since 0.1.0
 */
export const make: Effect.Effect<
  Effect.Effect<void, StoreError>,
  never,
  BrowserSessions | RefreshLock | TransactionStore
> = Effect.gen(function* () {
  const services = yield* Effect.context<BrowserSessions | RefreshLock | TransactionStore>()
  const browserSessions = yield* makeBrowserSessions
  let wasReady = true
  const note = (exit: Exit.Exit<void, StoreError>) => {
    const isReady = Exit.isSuccess(exit)
    if (isReady === wasReady) return Effect.void
    wasReady = isReady
    return isReady
      ? Effect.logInfo("Ready again")
      : Effect.matchEffect(exit, {
          onFailure: (error) => Effect.logWarning("Not ready", error.message),
          onSuccess: () => Effect.void
        })
  }
  const probe = Effect.all([transactionStore, browserSessions, refreshLock], {
    concurrency: "unbounded",
    discard: true
  }).pipe(
    // What has begun is tidied up, though nobody waits for it any more.
    Effect.uninterruptible,
    Effect.exit,
    run,
    Effect.flatten,
    Effect.provideContext(services)
  )
  const cache = yield* Cache.makeWith(() => Effect.uninterruptible(Effect.onExit(probe, note)), {
    capacity: 1,
    timeToLive: (exit) => (Exit.isSuccess(exit) ? goodFor : badFor)
  })
  return Cache.get(cache, "probe")
})

const alive = HttpServerResponse.jsonUnsafe({ status: "alive" }, { headers: documentHeaders })
const ready = HttpServerResponse.jsonUnsafe({ status: "ready" }, { headers: documentHeaders })
const notReady = (reason: string) =>
  HttpServerResponse.jsonUnsafe({ status: "not ready", reason }, { status: 503, headers: documentHeaders })

/**
 * Adds two routes to the `HttpRouter`. `GET /health/live` is 200 as long as the process lives: it asks no store, since to start the
 * process again would not help the store. `GET /health/ready` is 200 if {@link make} succeeds, else 503 with the reason in the store's own
 * words; it is for operators.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  never,
  never,
  BrowserSessions | HttpRouter.HttpRouter | RefreshLock | TransactionStore
> = HttpRouter.addAll(
  Effect.map(make, (check) => [
    HttpRouter.route("GET", "/health/live", Effect.succeed(alive)),
    HttpRouter.route(
      "GET",
      "/health/ready",
      Effect.match(check, { onFailure: (error) => notReady(error.message), onSuccess: () => ready })
    )
  ])
)
