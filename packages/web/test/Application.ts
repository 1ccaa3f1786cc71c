/** An application with the routes of `@le-auth/web`, over the scripted Sentinel of core's tests. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import type * as Domains from "@le-auth/core/Domains"
import { RedirectUri } from "@le-auth/core/Identifiers"
import * as Seal from "@le-auth/core/Seal"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as CookieBrowserSessions from "@le-auth/web/CookieBrowserSessions"
import * as Stateless from "@le-auth/web/Stateless"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import { it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Persistence from "effect/persistence/Persistence"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { inspect } from "node:util"
import * as Scripted from "../../core/test/ScriptedSentinel.ts"
import { Browser } from "./Browser.ts"
import { Faults } from "./Faults.ts"

export interface Options {
  /** Everything in cookies, sealed with these keys. */
  readonly stateless?: Parameters<typeof Stateless.layerWith>[0] & { readonly keys?: ReadonlyArray<string> }
  readonly web?: WebApplication.Options
  readonly redirectUri?: string
  readonly domains?: Domains.Options
  readonly routes?: Layer.Layer<
    never,
    never,
    | HttpRouter.HttpRouter
    | HttpRouter.Request.From<"Requires", WebSignIn.Services>
    | WebSignIn.Services
    | Domains.Domains
    | HttpClient.HttpClient
  >
}

export const sealKeys = (...names: ReadonlyArray<string>): Layer.Layer<Seal.SealKeys> =>
  Seal.layer(names.map((name) => Redacted.make(`planted-key-${name}-${"x".repeat(32)}`))).pipe(
    Layer.provide(Seal.layerWebCrypto),
    Layer.orDie
  )

/** What an application stands on; its stores fail as a test says. */
export const services = ({ domains, redirectUri, stateless, web = {} }: Options, faults = new Faults()) => {
  const installation = new AppInstallations.AppInstallation({
    ...Scripted.installation,
    redirectUris: [RedirectUri.make(redirectUri ?? "https://app.example/callback")]
  })
  const application = WebApplication.layerWith(web)
  const keys = sealKeys(...(stateless?.keys ?? ["a"]))
  const stores =
    stateless === undefined
      ? Layer.merge(TransactionStore.layerMemory, SessionStore.layerMemory)
      : Stateless.layerWith(stateless).pipe(Layer.provide(keys), Layer.provide(application), Layer.orDie)
  const browsers =
    stateless === undefined
      ? BrowserSessions.layer.pipe(Layer.provide(Layer.merge(Persistence.layerMemory, NodeCrypto.layer)))
      : CookieBrowserSessions.layerWith(stateless).pipe(Layer.provide(keys))
  return application.pipe(
    Layer.provideMerge(
      Scripted.layerWith({
        installations: [installation],
        ...(domains === undefined ? {} : { domains }),
        stores: Layer.merge(
          Layer.effect(
            TransactionStore.TransactionStore,
            faults.around("transactions", TransactionStore.TransactionStore)
          ),
          Layer.effect(SessionStore.SessionStore, faults.around("sessions", SessionStore.SessionStore))
        ).pipe(Layer.provide(stores))
      })
    ),
    Layer.provideMerge(
      Layer.effect(BrowserSessions.BrowserSessions, faults.around("browsers", BrowserSessions.BrowserSessions)).pipe(
        Layer.provide(browsers)
      )
    )
  )
}

/** The real time, and what a test has let pass. */
export const shiftedClock = (real: Clock.Clock) => {
  let passed = 0
  let stoppedAt: number | undefined
  let asleep = 0
  const currentTimeMillisUnsafe = () => (stoppedAt ?? real.currentTimeMillisUnsafe()) + passed
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
    currentTimeNanosUnsafe: () => BigInt(Math.floor(currentTimeMillisUnsafe())) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => clock.currentTimeNanosUnsafe()),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) =>
      Effect.acquireUseRelease(
        Effect.sync(() => (asleep += 1)),
        () => real.sleep(duration),
        () => Effect.sync(() => (asleep -= 1))
      )
  }
  return {
    clock,
    later: (duration: Duration.Input) => void (passed += Duration.toMillis(duration)),
    /** From now on only what a test lets pass passes. */
    stop: () => void (stoppedAt = real.currentTimeMillisUnsafe()),
    /** How many wait for a time. */
    asleep: () => asleep
  }
}

/** The application as one function, its wire, what it logged, and browsers for it. */
export const make = (options: Options = {}) =>
  Effect.gen(function* () {
    const log: Array<string> = []
    const levels: Array<string> = []
    const logger = Logger.make(({ cause, logLevel, message }) => {
      log.push(inspect([message, cause], { depth: 6 }))
      levels.push(logLevel)
    })
    const faults = new Faults()
    const context = yield* Layer.build(services(options, faults))
    const { asleep, clock, later, stop } = shiftedClock(yield* Clock.Clock)
    const web = WebSignIn.toWebHandler(
      Layer.mergeAll(
        Layer.succeedContext(context),
        Layer.succeed(Clock.Clock, clock),
        Logger.layer([logger]),
        Layer.succeed(References.MinimumLogLevel, "Debug")
      ),
      {
        routes: options.routes
      }
    )
    yield* Effect.addFinalizer(() => Effect.promise(web.dispose))
    return {
      ...web,
      log,
      /** Lets time pass, as the application sees it. */
      later,
      stop,
      asleep,
      /** What the stores were asked, and what they do not do. */
      faults,
      /** Of each line of the log. */
      levels,
      wire: Context.get(context, Scripted.Wire),
      browser: () => new Browser(web.handler)
    }
  })

export type Application = Effect.Success<ReturnType<typeof make>>

/** A test with applications of its own; the requests run outside of Effect, as a browser's do. */
export const scenario = (
  title: string,
  all: ReadonlyArray<Options>,
  run: (...applications: ReadonlyArray<Application>) => Promise<void>
) =>
  it.live(title, () =>
    Effect.flatMap(Effect.forEach(all, make), (applications) => Effect.promise(() => run(...applications)))
  )
