/**
 * Whether people can sign in, as far as it depends on this application and its stores. It is for an orchestrator, and
 * for the load balancer in front of several nodes.
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

/** The time that an answer counts. A store that is back is noticed soon. */
const goodFor = Duration.seconds(5)
const badFor = Duration.seconds(1)

/** A store that takes longer is of no help to people who sign in. */
const timeout = "2 seconds"

/** The lifetime of a record that is not read back. */
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

/**
 * A record that could not be removed is removed by the next probe. Otherwise it would stay as long as a browser stays
 * signed in.
 */
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

const run = StoreOperation.operations("store of this application", timeout)("write and read back")

/**
 * Makes the check. It writes and reads back a record in the `TransactionStore` and in `BrowserSessions`, takes and
 * releases a `RefreshLock`, and fails with the error of the store. It asks the stores at most every 5 seconds, and at
 * most once a second while it fails. It does not ask LivePerson, since taking away all nodes does not help when
 * LivePerson is away.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as BrowserSessions from "@le-auth/web/BrowserSessions"
 * import * as Readiness from "@le-auth/web/Readiness"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Persistence from "effect/persistence/Persistence"
 *
 * const program = Readiness.make.pipe(
 *   Effect.flatten,
 *   Effect.as("ready"),
 *   Effect.provide(
 *     BrowserSessions.layer.pipe(Layer.provide(Persistence.layerMemory), Layer.provide(NodeCrypto.layer))
 *   )
 * )
 * program // => "ready"
 * ```
 *
 * @category constructors
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
    // A probe that has begun also tidies up when its caller is gone.
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
 * Adds two routes to the `HttpRouter`. `GET /health/live` answers 200 as long as the process lives. It asks no store,
 * since a restart of the process would not help the store. `GET /health/ready` answers 200 if {@link make} succeeds,
 * and otherwise 503 with the reason in the store's own words, for operators.
 *
 * @example
 * ```ts
 * import * as Readiness from "@le-auth/web/Readiness"
 * import * as WebSignIn from "@le-auth/web/WebSignIn"
 * import * as Layer from "effect/Layer"
 *
 * const routes = Layer.merge(WebSignIn.routes, Readiness.layer)
 * ```
 *
 * @category layers
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
