/**
 * Everything that a sign-in needs, over a {@link TestSentinel}: one layer for a test.
 *
 * @since 0.1.0
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as Domains from "@le-auth/core/Domains"
import * as KeySets from "@le-auth/core/KeySets"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as Layer from "effect/Layer"
import * as TestSentinel from "./TestSentinel.ts"

/**
 * How the Sentinel, the sign-in and the sessions of a test differ from their defaults.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The Sentinel: its accounts, its points, its address. */
  readonly sentinel?: TestSentinel.Options | undefined
  /** The sign-in, as `SignIn.layerWith` takes it. */
  readonly signIn?: SignIn.Options | undefined
  /** The sessions, as `Sessions.layerWith` takes them. */
  readonly sessions?: Sessions.Options | undefined
}

/** The installations and the Domain API of the Sentinel in the process. */
const layerFromSentinel = Layer.unwrap(
  TestSentinel.TestSentinel.useSync(({ installations, origin }) =>
    Layer.merge(AppInstallations.layer(...installations), Domains.layerWith({ domainApi: origin }))
  )
)

/**
 * A sign-in over stores of your own, so that your adapters are tested under the whole flow, and with options.
 *
 * @example
 * ```ts
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as SessionStore from "@le-auth/core/SessionStore"
 * import { layerMemory as myTransactions } from "@le-auth/core/TransactionStore"
 * import * as TestSignIn from "@le-auth/testing/TestSignIn"
 * import * as Layer from "effect/Layer"
 *
 * const layer = TestSignIn.layerStores.pipe(
 *   Layer.provide(Layer.mergeAll(myTransactions, SessionStore.layerMemory, RefreshLock.layerMemory))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerStoresWith = (options: Options) =>
  SignIn.layerWith(options.signIn ?? {}).pipe(
    Layer.provideMerge(Sessions.layerWith(options.sessions ?? {})),
    Layer.provideMerge(KeySets.layer),
    Layer.provideMerge(SentinelClient.layer),
    Layer.provideMerge(layerFromSentinel),
    Layer.provideMerge(TestSentinel.layerWith(options.sentinel ?? {}))
  )

/**
 * A sign-in over stores of your own, with the built-in account and users of `TestSentinel.layer`.
 *
 * @example
 * ```ts
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as SessionStore from "@le-auth/core/SessionStore"
 * import * as TransactionStore from "@le-auth/core/TransactionStore"
 * import * as TestSignIn from "@le-auth/testing/TestSignIn"
 * import * as Layer from "effect/Layer"
 *
 * const layer = TestSignIn.layerStores.pipe(
 *   Layer.provide(Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerStores = layerStoresWith({})

/**
 * `SignIn` and `Sessions` with stores in memory, over a `TestSentinel` of their own.
 *
 * @example
 * ```ts
 * import * as TestSignIn from "@le-auth/testing/TestSignIn"
 *
 * const oneSessionPerUser = TestSignIn.layerWith({ sessions: { onePer: "user" } })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options) =>
  layerStoresWith(options).pipe(
    Layer.provideMerge(Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory))
  )

/**
 * `SignIn` and `Sessions` with stores in memory, over a `TestSentinel` of their own with its built-in account and
 * users: everything that a test of a sign-in needs.
 *
 * @example
 * ```ts
 * import * as Sessions from "@le-auth/core/Sessions"
 * import * as SignIn from "@le-auth/core/SignIn"
 * import * as TestSentinel from "@le-auth/testing/TestSentinel"
 * import * as TestSignIn from "@le-auth/testing/TestSignIn"
 * import * as Effect from "effect/Effect"
 *
 * const signsIn = Effect.gen(function* () {
 *   const started = yield* SignIn.start()
 *   const url = yield* TestSentinel.approve(started.url)
 *   const { session } = yield* SignIn.complete(SignIn.callback(url, started.binding))
 *   return yield* Sessions.accessToken(session.key)
 * }).pipe(Effect.provide(TestSignIn.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = layerWith({})
