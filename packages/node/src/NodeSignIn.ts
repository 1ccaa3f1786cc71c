/**
 * Sign-in for a command line on Node, ready to use. A server takes `NodeServerSignIn`.
 *
 * @since 0.1.0
 */
import { AppInstallations } from "@le-auth/core/AppInstallations"
import type { AccountId, RedirectUri } from "@le-auth/core/Identifiers"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import type { SealKeys } from "@le-auth/core/Seal"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import * as Sessions from "@le-auth/core/Sessions"
import type { SettingsError } from "@le-auth/core/Settings"
import * as SignIn from "@le-auth/core/SignIn"
import type { StoreError } from "@le-auth/core/StoreError"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import type * as Config from "effect/Config"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as FileRefreshLock from "./FileRefreshLock.ts"
import { LoopbackError, NotLoopback } from "./LoopbackError.ts"
import * as NodeServerSignIn from "./NodeServerSignIn.ts"
import * as SessionFile from "./SessionFile.ts"
import * as SystemBrowser from "./SystemBrowser.ts"
import * as UserSealKey from "./UserSealKey.ts"

/** A refresh begins only if there is room for what it brings: the token that it sends may be spent by that. */
const lock = Layer.effect(
  RefreshLock.RefreshLock,
  Effect.map(Effect.all([RefreshLock.RefreshLock, SessionFile.defaultPath]), ([{ withLock }, path]) => ({
    withLock: (key, effect) => withLock(key, Effect.andThen(SessionFile.checkWritable(path), effect))
  }))
).pipe(Layer.provide(FileRefreshLock.layer))

/**
 * Sign-in for a command line, with seal keys of your own; see {@link layerCli}.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as Seal from "@le-auth/core/Seal"
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as NodeSignIn from "@le-auth/node/NodeSignIn"
 * import * as Layer from "effect/Layer"
 *
 * const signIn = NodeSignIn.layerCliSealed.pipe(
 *   Layer.provide(AppInstallations.layerConfig),
 *   Layer.provide(Layer.provide(Seal.layerConfig, NodeCrypto.layerSeal))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerCliSealed: Layer.Layer<
  NodeServerSignIn.Services | SystemBrowser.SystemBrowser,
  Config.ConfigError | StoreError,
  AppInstallations | SealKeys
> = SignIn.layer.pipe(
  Layer.provideMerge(Sessions.layerWith({ onePer: "user" })),
  Layer.provideMerge(NodeServerSignIn.layerCalls),
  Layer.provide(
    Layer.mergeAll(TransactionStore.layerMemory, Layer.provide(SealedSessionStore.layer, SessionFile.layer), lock)
  ),
  Layer.merge(SystemBrowser.layer)
)

/**
 * Sign-in for a command line: sessions in the user's {@link SessionFile}, sealed with the user's {@link UserSealKey},
 * and the user's browser. Commands that run at the same time share them: they refresh a session once, and lose nothing
 * of what another wrote. A user has one session there, however often they sign in.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as NodeSignIn from "@le-auth/node/NodeSignIn"
 * import * as Layer from "effect/Layer"
 *
 * const signIn = Layer.provide(NodeSignIn.layerCli, AppInstallations.layerConfig)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerCli: Layer.Layer<
  NodeServerSignIn.Services | SystemBrowser.SystemBrowser,
  Config.ConfigError | StoreError | SettingsError,
  AppInstallations
> = Layer.provide(layerCliSealed, UserSealKey.layer)

/**
 * How {@link signIn} asks the user to sign in.
 *
 * @category models
 * @since 0.1.0
 */
export interface InteractiveOptions<R = never> {
  /** The account to sign in to. May be left out if the application is installed in one account only. */
  readonly accountId?: AccountId | undefined
  /** One of the installation's redirect URIs, on loopback. Default: its first. */
  readonly redirectUri?: RedirectUri | undefined
  /**
   * The address to listen on for the callback, if it is not that of the redirect URI, see `LoopbackReceiver.Options`.
   * **Other computers may then reach the port.**
   */
  readonly listenHost?: string | undefined
  /** Shows the user the address. Called when the port is open, and always: no browser is certain to open. */
  readonly show: (url: string) => Effect.Effect<void, never, R>
  /** Whether to open the user's browser. Default: `true`. */
  readonly openBrowser?: boolean | undefined
  /**
   * Told when the browser could not be opened, also when that shows late; waiting goes on, since the user has the
   * address.
   */
  readonly onBrowserError?: ((error: SystemBrowser.BrowserError) => Effect.Effect<void, never, R>) | undefined
  /**
   * Reads, from the user, the address that a browser on another computer was sent to. It is asked again after one that
   * is not right, and told what was wrong. Callbacks that come by themselves are received meanwhile.
   */
  readonly paste?: ((wrong: string | undefined) => Effect.Effect<string, never, R>) | undefined
  /** How long to wait for the callback. Default: 3 minutes. */
  readonly timeout?: Duration.Input | undefined
}

/**
 * Everything that {@link signIn} fails with: the sign-in could not be started or completed, or no callback was
 * received.
 *
 * @category errors
 * @since 0.1.0
 */
export type InteractiveError = SignIn.StartError | SignIn.CompleteError | LoopbackError

/**
 * Signs a user in from a program without a web server: opens the port of the redirect URI, sends the user's browser to
 * Sentinel, receives the callback and completes the sign-in. The port closes when this ends, in whatever way.
 *
 * @example
 * ```ts
 * // compiled only: it opens a browser
 * import * as NodeSignIn from "@le-auth/node/NodeSignIn"
 * import * as Console from "effect/Console"
 *
 * NodeSignIn.signIn({ show: (url) => Console.error(`Sign in at ${url}`) })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const signIn: <R = never>(
  options: InteractiveOptions<R>
) => Effect.Effect<
  SignIn.SignedIn,
  InteractiveError,
  SignIn.SignIn | AppInstallations | SystemBrowser.SystemBrowser | R
> = Effect.fn("NodeSignIn.signIn")(function* <R>(options: InteractiveOptions<R>) {
  const installation = yield* AppInstallations.use((installations) => installations.find(options.accountId))
  const redirectUri = options.redirectUri ?? installation.redirectUris[0]
  if (redirectUri === undefined) return yield* new LoopbackError({ reason: new NotLoopback({}) })

  const started = yield* SignIn.start({ accountId: installation.accountId, redirectUri })
  // Loaded when it is needed: most commands receive no callback, and an HTTP server is half of what they would load.
  const LoopbackReceiver = yield* Effect.promise(() => import("./LoopbackReceiver.ts"))
  const receiver = yield* LoopbackReceiver.open({
    redirectUri,
    listenHost: options.listenHost,
    timeout: options.timeout,
    complete: (url) => SignIn.complete(SignIn.callback(url, started.binding))
  })
  yield* options.show(started.url)
  if (options.openBrowser !== false) {
    yield* SystemBrowser.SystemBrowser.use((browser) => browser.open(started.url)).pipe(
      Effect.catch((error) => options.onBrowserError?.(error) ?? Effect.void),
      Effect.forkScoped
    )
  }
  const { paste } = options
  if (paste !== undefined) {
    const ask = (wrong: string | undefined): Effect.Effect<void, never, R> =>
      Effect.flatMap(Effect.flatMap(paste(wrong), receiver.receive), (wrong) =>
        wrong === undefined ? Effect.void : ask(wrong)
      )
    yield* Effect.forkScoped(ask(undefined))
  }
  return yield* receiver.signedIn
}, Effect.scoped)
