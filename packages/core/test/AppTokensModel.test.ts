/** Random sequences of what may happen to the app tokens of two processes that share a store and a lock. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import type { AppToken } from "@le-auth/core/AppToken"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import { Domains } from "@le-auth/core/Domains"
import type { AccessToken } from "@le-auth/core/Identifiers"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import { StoreError } from "@le-auth/core/StoreError"
import { RateLimited, TokenError } from "@le-auth/core/TokenError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { installation, sentinelOrigin } from "./ScriptedSentinel.ts"

const life = 600_000
const down = new StoreError({ store: "test store", operation: "any" })

const Mode = Schema.Literals(["up", "down", "silent"])
const Process = Schema.Literals([0, 1])
const Command = Schema.Union([
  Schema.TaggedStruct("token", { process: Process, callers: Schema.Literals([1, 3]) }),
  Schema.TaggedStruct("renew", { process: Process }),
  Schema.TaggedStruct("interrupt", { caller: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 })) }),
  Schema.TaggedStruct("advance", { ms: Schema.Literals([1, 900, 5000, 60_000, 150_000, 420_000, 480_000, 600_000]) }),
  Schema.TaggedStruct("store", { mode: Mode }),
  Schema.TaggedStruct("lock", { mode: Mode }),
  Schema.TaggedStruct("sentinel", { fails: Schema.Literals([0, 1, 4]), takes: Schema.Literals([0, 1000, 9000]) })
])

const turns = (count: number) =>
  Effect.promise(async () => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
  })

const run = Effect.fnUntraced(function* (commands: ReadonlyArray<typeof Command.Type>) {
  const modes = { store: "up" as typeof Mode.Type, lock: "up" as typeof Mode.Type }
  const sentinel = { fails: 0, takes: 0, serial: 0, requests: 0, running: 0, most: 0 }
  const issued = new Map<string, number>()
  const guarded = <A, E, R>(mode: () => typeof Mode.Type, effect: Effect.Effect<A, E, R>) =>
    Effect.suspend((): Effect.Effect<A, E | StoreError, R> =>
      mode() === "up" ? effect : mode() === "down" ? Effect.fail(down) : Effect.never
    )

  const shared = yield* Layer.build(Layer.merge(AppTokenStore.layerMemory, RefreshLock.layerMemory))
  const store = Context.get(shared, AppTokenStore.AppTokenStore)
  const lock = Context.get(shared, RefreshLock.RefreshLock)
  const storeMode = () => modes.store
  const services = Layer.mergeAll(
    AppInstallations.layer(installation),
    NodeCrypto.layer,
    Layer.mock(Domains, {
      resolve: () => Effect.succeed(sentinelOrigin),
      allows: () => true,
      isLocal: () => false,
      forBrowser: (sentinel) => sentinel
    }),
    Layer.succeed(AppTokenStore.AppTokenStore, {
      get: (key) => guarded(storeMode, store.get(key)),
      set: (token: AppToken) => guarded(storeMode, store.set(token)),
      remove: (key) => guarded(storeMode, store.remove(key))
    }),
    Layer.succeed(RefreshLock.RefreshLock, {
      withLock: (key, effect) => guarded(() => modes.lock, lock.withLock(key, effect))
    }),
    Layer.mock(SentinelClient, {
      appToken: () =>
        Effect.gen(function* () {
          sentinel.requests += 1
          sentinel.running += 1
          sentinel.most = Math.max(sentinel.most, sentinel.running)
          if (sentinel.takes > 0) yield* Effect.sleep(sentinel.takes)
          if (sentinel.fails > 0) {
            sentinel.fails -= 1
            return yield* new TokenError({ operation: "appToken", reason: new RateLimited({ retryAfter: 1 }) })
          }
          const text = `token ${(sentinel.serial += 1)}`
          issued.set(text, (yield* Clock.currentTimeMillis) + life)
          return { access_token: Redacted.make(text), token_type: "Bearer", expires_in: life / 1000 }
        }).pipe(Effect.ensuring(Effect.sync(() => (sentinel.running -= 1))))
    })
  )
  const scope = yield* Scope.make()
  const layer = Layer.fresh(Layer.provide(AppTokens.layer, services))
  const processes = yield* Effect.forEach([0, 1], () =>
    Effect.map(Layer.buildWithScope(layer, scope), (context) => ({
      tokens: Context.get(context, AppTokens.AppTokens),
      last: undefined as AccessToken | undefined
    }))
  )

  const callers: Array<Fiber.Fiber<unknown>> = []
  const log: Array<string> = []
  const isValid = (token: AccessToken, now: number) => now < issued.get(Redacted.value(token))!
  const call = Effect.fnUntraced(function* (index: 0 | 1, unless?: AccessToken) {
    const process = processes[index]!
    const before = yield* Clock.currentTimeMillis
    const has = process.last !== undefined && isValid(process.last, before)
    const asking = unless === undefined ? process.tokens.token() : process.tokens.renew({ unless })
    const fiber = yield* Effect.forkDetach(
      Effect.exit(asking).pipe(
        Effect.flatMap((exit) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            log.push(`  ${index} ${String(exit)}`)
            if (!Exit.isSuccess(exit)) return
            assert.isTrue(isValid(exit.value, now), "a token that has ended")
            if (unless !== undefined) assert.notStrictEqual(Redacted.value(exit.value), Redacted.value(unless))
            process.last = exit.value
          })
        )
      ),
      { startImmediately: true }
    )
    callers.push(fiber)
    if (has && unless === undefined) assert.isDefined(fiber.pollUnsafe(), "a caller waits beside a valid token")
  })
  let isUp = true
  for (const command of commands) {
    log.push(JSON.stringify(command))
    switch (command._tag) {
      case "token":
        for (let caller = 0; caller < command.callers; caller++) yield* call(command.process)
        break
      case "renew": {
        const { last } = processes[command.process]!
        yield* last === undefined ? call(command.process) : call(command.process, last)
        break
      }
      case "interrupt": {
        const caller = callers[command.caller]
        if (caller !== undefined) yield* Fiber.interrupt(caller)
        break
      }
      case "advance":
        // What is under way goes on in steps; most of a long time passes at once.
        yield* TestClock.adjust(Math.max(0, command.ms - 60_000))
        for (let left = Math.min(command.ms, 60_000); left > 0; left -= 2500) {
          yield* turns(1)
          yield* TestClock.adjust(Math.min(left, 2500))
        }
        break
      case "store":
      case "lock":
        modes[command._tag] = command.mode
        if (command.mode !== "up") isUp = false
        break
      case "sentinel":
        Object.assign(sentinel, { fails: command.fails, takes: command.takes })
    }
    yield* turns(1)
  }
  Object.assign(modes, { store: "up", lock: "up" })
  Object.assign(sentinel, { fails: 0, takes: 0 })
  for (let step = 0; step < 40; step++) {
    yield* turns(1)
    yield* TestClock.adjust("3 seconds")
  }
  yield* turns(2)
  const story = log.join("\n")
  for (const caller of callers) {
    const exit = caller.pollUnsafe()
    assert.isDefined(exit, `a caller waits for ever\n${story}`)
    assert.isTrue(exit !== undefined && (Exit.isSuccess(exit) || Exit.hasInterrupts(exit)), `${String(exit)}\n${story}`)
  }
  if (isUp) assert.isAtMost(sentinel.most, 1, `two requests at once\n${story}`)
  // Nothing goes on after the layer.
  yield* Scope.close(scope, Exit.void)
  const { requests } = sentinel
  yield* TestClock.adjust("1 hour")
  assert.deepStrictEqual({ running: sentinel.running, requests: sentinel.requests }, { running: 0, requests })
}, Effect.scoped)

it.effect.prop(
  "K1: no caller gets a token that has ended, waits for ever or beside a valid token, whatever happens",
  [Schema.Array(Command).check(Schema.isMinLength(30), Schema.isMaxLength(60))],
  ([commands]) => run(commands),
  { arbitrary: { runs: 40 } }
)
