/**
 * Sign-in on Node, ready to use: for a server, and for a command line.
 *
 * @since 0.1.0
 */
import { AppInstallations } from "@le-auth/core/AppInstallations"
import * as Domains from "@le-auth/core/Domains"
import type { AccountId, RedirectUri } from "@le-auth/core/Identifiers"
import type * as RefreshLock from "@le-auth/core/RefreshLock"
import type { SealKeys } from "@le-auth/core/Seal"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import type { SettingsError } from "@le-auth/core/Settings"
import type * as SessionStore from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import type { StoreError } from "@le-auth/core/StoreError"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import type { Transport } from "@le-auth/core/Transport"
import type * as Config from "effect/Config"
import type * as Digest from "effect/crypto/Digest"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import type * as Signature from "effect/crypto/Signature"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as FileRefreshLock from "./FileRefreshLock.ts"
import { LoopbackError, NotLoopback } from "./LoopbackError.ts"
import * as NodeCrypto from "./NodeCrypto.ts"
import * as NodeHttp from "./NodeHttp.ts"
import * as SessionFile from "./SessionFile.ts"
import * as SystemBrowser from "./SystemBrowser.ts"
import * as UserSealKey from "./UserSealKey.ts"

/**
 * What {@link layerServer} gives: the two verbs, the sessions, and what they are made of.
 *
 * @since 0.1.0
 */
export type Services =
  | SignIn.SignIn
  | Sessions.Sessions
  | Domains.Domains
  | SentinelClient.SentinelClient
  | HttpClient.HttpClient
  | Transport
  | Digest.Digest
  | SecureRandom.SecureRandom
  | Signature.Signature

/**
 * What {@link layerCalls} gives.
 *
 * @since 0.1.0
 */
export type Calls = Exclude<Services, SignIn.SignIn | Sessions.Sessions>

/**
 * The calls without the sign-in, over undici and Node's cryptography: look-ups in the Domain API, which is at `LE_AUTH_DOMAIN_API`,
 * and the endpoints of Sentinel. It keeps nothing, so it needs no stores.
 *
 * @since 0.1.0
 */
export const layerCalls: Layer.Layer<Calls, Config.ConfigError> = Layer.merge(
  Domains.layerConfig,
  SentinelClient.layer
).pipe(Layer.provideMerge(Layer.merge(NodeHttp.layer, NodeCrypto.layer)))

type Stores = TransactionStore.TransactionStore | SessionStore.SessionStore | RefreshLock.RefreshLock

const over = (sessions: typeof Sessions.layer): Layer.Layer<Services, Config.ConfigError, AppInstallations | Stores> =>
  SignIn.layer.pipe(Layer.provideMerge(sessions), Layer.provideMerge(layerCalls))

/**
 * Sign-in for a server, over undici and Node's cryptography. The Domain API is at `LE_AUTH_DOMAIN_API`.
 *
 * Where sign-ins and sessions are kept is yours to choose, since the right choice depends on how many processes there are.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as SessionStore from "@le-auth/core/SessionStore"
 * import * as TransactionStore from "@le-auth/core/TransactionStore"
import type { Transport } from "@le-auth/core/Transport"
 * import * as NodeSignIn from "@le-auth/node/NodeSignIn"
 * import * as Layer from "effect/Layer"
 *
 * const oneProcess = Layer.mergeAll(
 *   AppInstallations.layerConfig,
 *   TransactionStore.layerMemory,
 *   SessionStore.layerMemory,
 *   RefreshLock.layerMemory
 * )
 *
 * const SignInLive = Layer.provide(NodeSignIn.layerServer, oneProcess)
 * ```
 *
 * @since 0.1.0
 */
export const layerServer: Layer.Layer<Services, Config.ConfigError, AppInstallations | Stores> = over(Sessions.layer)

/**
 * Sign-in for a command line, with seal keys of your own; see {@link layerCli}.
 *
 * @since 0.1.0
 */
export const layerCliSealed: Layer.Layer<
  Services | SystemBrowser.SystemBrowser,
  Config.ConfigError | StoreError,
  AppInstallations | SealKeys
> = over(Sessions.layerWith({ onePer: "user" })).pipe(
  Layer.provide(
    Layer.mergeAll(
      TransactionStore.layerMemory,
      Layer.provide(SealedSessionStore.layer, SessionFile.layer),
      FileRefreshLock.layer
    )
  ),
  Layer.merge(SystemBrowser.layer)
)

/**
 * Sign-in for a command line: sessions in the user's {@link SessionFile}, sealed with the user's {@link UserSealKey}, and the
 * user's browser. Commands that run at the same time share them: they refresh a session once, and lose
 * nothing of what another wrote. A user has one session there, however often they sign in.
 *
 * @since 0.1.0
 */
export const layerCli: Layer.Layer<
  Services | SystemBrowser.SystemBrowser,
  Config.ConfigError | StoreError | SettingsError,
  AppInstallations
> = Layer.provide(layerCliSealed, UserSealKey.layer)

/**
 * @since 0.1.0
 */
export interface InteractiveOptions<R = never> {
  /** The account to sign in to. May be left out if the application is installed in one account only. */
  readonly accountId?: AccountId | undefined
  /** One of the installation's redirect URIs, on loopback. Default: its first. */
  readonly redirectUri?: RedirectUri | undefined
  /** Shows the user the address. Called when the port is open, and always: no browser is certain to open. */
  readonly show: (url: string) => Effect.Effect<void, never, R>
  /** Whether to open the user's browser. Default: `true`. */
  readonly openBrowser?: boolean | undefined
  /** Told when the browser could not be opened; waiting goes on, since the user has the address. */
  readonly onBrowserError?: ((error: SystemBrowser.BrowserError) => Effect.Effect<void, never, R>) | undefined
  /**
   * Reads, from the user, the address that a browser on another computer was sent to. It is asked again after one that is not
   * right, and told what was wrong. Callbacks that come by themselves are received meanwhile.
   */
  readonly paste?: ((wrong: string | undefined) => Effect.Effect<string, never, R>) | undefined
  /** How long to wait for the callback. Default: 3 minutes. */
  readonly timeout?: Duration.Input | undefined
}

/** @since 0.1.0 */
export type InteractiveError = SignIn.StartError | SignIn.CompleteError | LoopbackError

/**
 * Signs a user in from a program without a web server: opens the port of the redirect URI, sends the user's browser to
 * Sentinel, receives the callback and completes the sign-in. The port closes when this ends, in whatever way.
 *
 * @example
 * ```ts
 * import * as NodeSignIn from "@le-auth/node/NodeSignIn"
 * import * as Console from "effect/Console"
 *
 * NodeSignIn.signIn({ show: (url) => Console.error(`Sign in at ${url}`) })
 * ```
 *
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
