/**
 * A Sentinel in the test process: no port, no waiting, and it misbehaves when it is told to.
 *
 * It is the service of `@le-auth/sentinel` behind an `HttpClient`, so the code under test does everything that it does
 * in production: it looks up the host, exchanges the code, verifies the id_token. Its clock is that of the test, so
 * that eight hours pass in a millisecond.
 *
 * @since 0.1.0
 */
import type { AppInstallation } from "@le-auth/core/AppInstallations"
import { Origin } from "@le-auth/core/Origin"
import * as Transport from "@le-auth/core/Transport"
import * as Control from "@le-auth/sentinel/Control"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as SentinelStore from "@le-auth/sentinel/SentinelStore"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { type Crypto, layerCrypto } from "./internal/crypto.ts"
import { makeTestSentinel } from "./internal/makeTestSentinel.ts"
import { layerSharedKeys } from "./internal/sharedKeys.ts"
import type { Misbehaviour } from "./Misbehaviour.ts"
import type * as ReceivedRequest from "./ReceivedRequest.ts"
import type * as TestBrowser from "./TestBrowser.ts"

/**
 * A Sentinel in the process of the test: its accounts, its users, and all that it can be told.
 *
 * The functions of this module do the same with the one of the context.
 *
 * @category services
 * @since 0.1.0
 */
export class TestSentinel extends Context.Service<
  TestSentinel,
  {
    /** Where it is, for code that has no `Domains`. Nothing listens there. */
    readonly origin: Origin
    /** Its accounts, users and applications. */
    readonly config: SentinelConfig.SentinelConfig
    /** Everything else that it can be told: faults, time on top of that of the test, users, journal, snapshots. */
    readonly control: Control.Control["Service"]
    /** The applications as they are installed: the first one of each account that may use codes. */
    readonly installations: ReadonlyArray<AppInstallation>
    /** A user with a new browser signs in. Gives the address of the callback. */
    readonly approve: (
      url: string | URL,
      options?: TestBrowser.ApproveOptions
    ) => Effect.Effect<string, TestBrowser.NoCallback>
    /** A user with a new browser refuses. Gives the address of the callback, with `access_denied` and the state. */
    readonly deny: (
      url: string | URL,
      options?: TestBrowser.DenyOptions
    ) => Effect.Effect<string, TestBrowser.NoCallback>
    /** A browser that keeps its cookies, to sign in more than once with it. */
    readonly newBrowser: Effect.Effect<TestBrowser.TestBrowser>
    /** Changes the dialect from now on, see `SentinelDialect`. What was issued before stays valid. */
    readonly quirks: (changes: Partial<SentinelDialect.SentinelDialect>) => Effect.Effect<void>
    /** Plans misbehaviours, one for each of the next requests to the target. Then Sentinel is itself again. */
    readonly misbehave: (
      target: ReceivedRequest.RequestTarget,
      ...planned: ReadonlyArray<Misbehaviour>
    ) => Effect.Effect<void>
    /** What came in so far, in order. */
    readonly requests: (
      target?: ReceivedRequest.RequestTarget
    ) => Effect.Effect<ReadonlyArray<ReceivedRequest.ReceivedRequest>>
    /**
     * Waits until a number of requests to the target have come in; default: 1. Cryptography takes real time, so a fiber
     * that begins with it has not sent anything yet when the test goes on.
     */
    readonly untilReceived: (target: ReceivedRequest.RequestTarget, count?: number) => Effect.Effect<void>
    /**
     * Ends all sessions of a user at Sentinel, as an administrator does. Default: the first user of the first account.
     */
    readonly endSession: (user?: string) => Effect.Effect<void>
  }
>()("@le-auth/testing/TestSentinel") {}

/**
 * Signs a user in with the `TestSentinel` of the context, in a new browser. `url` is that of `SignIn.start`; by default
 * the account's first user signs in. Gives the address of the callback, for `SignIn.complete`. Fails with `NoCallback`
 * if Sentinel shows an error instead.
 *
 * @example
 * ```ts
 * import * as SignIn from "@le-auth/core/SignIn"
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 * import * as Effect from "effect/Effect"
 *
 * const signIn = Effect.gen(function* () {
 *   const started = yield* SignIn.start()
 *   const url = yield* TestSentinel.approve(started.url)
 *   return yield* SignIn.complete(SignIn.callback(url, started.binding))
 * })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const approve = (
  url: string | URL,
  options?: TestBrowser.ApproveOptions
): Effect.Effect<string, TestBrowser.NoCallback, TestSentinel> =>
  TestSentinel.use((sentinel) => sentinel.approve(url, options))

/**
 * Refuses to sign in, with the `TestSentinel` of the context, in a new browser. Gives the address of the callback, by
 * default with the error `access_denied`. Fails with `NoCallback` if Sentinel shows an error instead.
 *
 * @example
 * ```ts
 * import * as SignIn from "@le-auth/core/SignIn"
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 * import * as Effect from "effect/Effect"
 *
 * const denied = Effect.gen(function* () {
 *   const started = yield* SignIn.start()
 *   const url = yield* TestSentinel.deny(started.url, { error: "access_denied" })
 *   const error = yield* Effect.flip(SignIn.complete(SignIn.callback(url, started.binding)))
 *   return error._tag
 * })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const deny = (
  url: string | URL,
  options?: TestBrowser.DenyOptions
): Effect.Effect<string, TestBrowser.NoCallback, TestSentinel> =>
  TestSentinel.use((sentinel) => sentinel.deny(url, options))

/**
 * A new browser for the `TestSentinel` of the context. It keeps its cookies, so its second sign-in needs no password.
 *
 * @example
 * ```ts
 * import * as SignIn from "@le-auth/core/SignIn"
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 * import * as Effect from "effect/Effect"
 *
 * const twice = Effect.gen(function* () {
 *   const browser = yield* TestSentinel.newBrowser
 *   const first = yield* browser.approve((yield* SignIn.start()).url)
 *   // The browser has a session at Sentinel now, so no password is asked for.
 *   return [first, yield* browser.approve((yield* SignIn.start()).url)]
 * })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const newBrowser: Effect.Effect<TestBrowser.TestBrowser, never, TestSentinel> = TestSentinel.use(
  (sentinel) => sentinel.newBrowser
)

/**
 * Changes points of the dialect of the `TestSentinel` of the context from now on, see `SentinelDialect` of
 * `@le-auth/sentinel`. What was issued before stays valid.
 *
 * @example
 * ```ts
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 *
 * // As older documentation has it
 * TestSentinel.quirks({ issuer: "Sentinel", expiresIn: "absent", refreshTokens: "same" })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const quirks = (changes: Partial<SentinelDialect.SentinelDialect>): Effect.Effect<void, never, TestSentinel> =>
  TestSentinel.use((sentinel) => sentinel.quirks(changes))

/**
 * Plans misbehaviours of the `TestSentinel` of the context, one for each of the next requests to `target`: one of
 * `Misbehaviour`, or a function that answers in its place. After them Sentinel is itself again.
 *
 * @example
 * ```ts
 * import * as Misbehaviour from "@le-auth/testing/Misbehaviour"
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 *
 * TestSentinel.misbehave("refresh", Misbehaviour.tooManyRequests(7), Misbehaviour.serverError())
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const misbehave = (
  target: ReceivedRequest.RequestTarget,
  ...planned: ReadonlyArray<Misbehaviour>
): Effect.Effect<void, never, TestSentinel> => TestSentinel.use((sentinel) => sentinel.misbehave(target, ...planned))

/**
 * Tells the `TestSentinel` of the context anything that a Sentinel can be told, by its `Control` of
 * `@le-auth/sentinel`: faults, time, users, sessions, keys and state. Gives the result, and fails as the function does.
 *
 * @example
 * ```ts
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 *
 * const thirdRefreshIsTooMany = TestSentinel.control(({ faults }) =>
 *   faults.add({ match: { route: "refresh", nth: 3 }, action: { type: "too-many-requests" } })
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const control = <A, E, R>(
  f: (control: Control.Control["Service"]) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | TestSentinel> => TestSentinel.use((sentinel) => f(sentinel.control))

/**
 * The requests that the `TestSentinel` of the context was sent so far, in order: those to `target`, by default all.
 * What is secret in them is redacted.
 *
 * @example
 * ```ts
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 * import * as Effect from "effect/Effect"
 *
 * const refreshes = Effect.map(TestSentinel.requests("refresh"), (requests) => requests.length)
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const requests = (
  target?: ReceivedRequest.RequestTarget
): Effect.Effect<ReadonlyArray<ReceivedRequest.ReceivedRequest>, never, TestSentinel> =>
  TestSentinel.use((sentinel) => sentinel.requests(target))

/**
 * Waits until `count` requests to `target` have come to the `TestSentinel` of the context, by default 1. Use it before
 * the test moves its clock: cryptography takes real time, so a fiber may not have sent its request yet.
 *
 * @example
 * ```ts
 * import * as SignIn from "@le-auth/core/SignIn"
 * import * as Misbehaviour from "@le-auth/testing/Misbehaviour"
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 * import * as Effect from "effect/Effect"
 * import * as Fiber from "effect/Fiber"
 * import * as TestClock from "effect/testing/TestClock"
 *
 * const slow = (callback: SignIn.Callback) =>
 *   Effect.gen(function* () {
 *     yield* TestSentinel.misbehave("exchange", Misbehaviour.silence)
 *     const fiber = yield* Effect.forkChild(SignIn.complete(callback))
 *     yield* TestSentinel.untilReceived("exchange")
 *     yield* TestClock.adjust("10 seconds")
 *     return yield* Fiber.join(fiber)
 *   })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const untilReceived = (
  target: ReceivedRequest.RequestTarget,
  count?: number
): Effect.Effect<void, never, TestSentinel> => TestSentinel.use((sentinel) => sentinel.untilReceived(target, count))

/**
 * Ends all sessions of a user at the `TestSentinel` of the context, as an administrator does. `user` is an e-mail
 * address; default: the first user of the first account.
 *
 * @example
 * ```ts
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 *
 * // The next refresh of this user is refused.
 * const ended = TestSentinel.endSession("agent@example.com")
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const endSession = (user?: string): Effect.Effect<void, never, TestSentinel> =>
  TestSentinel.use((sentinel) => sentinel.endSession(user))

/**
 * How the Sentinel begins. Everything has a default.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Its accounts, users and applications. Default: `SentinelConfig.development()`. */
  readonly config?: SentinelConfig.SentinelConfig | undefined
  /** The dialect to begin with. Default: that of `config`, or else `liveperson`. */
  readonly dialect?: SentinelDialect.DialectName | undefined
  /** Points over that dialect. */
  readonly points?: Partial<SentinelDialect.SentinelDialect> | undefined
  /** Where it says that it is. Default: `http://localhost:4400`. */
  readonly origin?: Origin | undefined
}

const defaultOrigin = Origin.make("http://localhost:4400")

/** Passwords of tests have nothing to protect. */
const cheapest = Kdf.pbkdf2({ hash: Digest.sha256, iterations: 1 })

const make = (options: Options) =>
  Effect.map(
    makeTestSentinel({
      config: options.config ?? SentinelConfig.development(),
      origin: options.origin ?? defaultOrigin,
      dialect: SentinelDialect.make({
        dialect: options.dialect ?? options.config?.dialect,
        points: { ...options.config?.points, ...options.points }
      })
    }),
    ({ client, sentinel }) =>
      Context.make(TestSentinel, TestSentinel.of(sentinel)).pipe(
        Context.add(HttpClient.HttpClient, client),
        Context.add(Transport.Transport, Transport.make(client))
      )
  )

/**
 * A Sentinel of its own for each time that the layer is built, and the one `HttpClient`, and `Transport`, that reaches
 * it.
 *
 * @example
 * ```ts
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 *
 * const rotating = TestSentinel.layerWith({ points: { refreshTokens: "rotate" } })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (
  options: Options
): Layer.Layer<TestSentinel | HttpClient.HttpClient | Transport.Transport | Crypto> =>
  Layer.effectContext(make(options)).pipe(
    Layer.provide(
      Control.layer(options.config ?? SentinelConfig.development(), { passwords: { algorithm: cheapest } }).pipe(
        Layer.provide(SentinelStore.layerMemory),
        Layer.provideMerge(layerSharedKeys),
        Layer.orDie
      )
    ),
    Layer.provideMerge(layerCrypto)
  )

/**
 * A Sentinel of its own for each time that the layer is built, with the account `12345678`, the users
 * `agent@example.com` and `admin@example.com`, and the redirect URIs `http://localhost:3000/callback` and
 * `http://localhost:3000/auth/callback`; and the one `HttpClient`, and `Transport`, that reaches it.
 *
 * @example
 * ```ts
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 *
 * const isReady = Effect.gen(function* () {
 *   const { origin } = yield* TestSentinel.TestSentinel
 *   const { status } = yield* HttpClient.get(`${origin}/health/ready`)
 *   return status
 * })
 *
 * Effect.provide(isReady, TestSentinel.layer) // => 200
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<TestSentinel | HttpClient.HttpClient | Transport.Transport | Crypto> = layerWith({})
