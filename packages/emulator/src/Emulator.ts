/// <reference lib="esnext.disposable" preserve="true" />
/**
 * A Sentinel for tests, by promises: one in this process, or one that runs elsewhere.
 *
 * @since 0.1.0
 */
import type { Denial, SentinelConfig, TokenResponse } from "./Documents.ts"
import type { ConnectOptions, Options } from "./Options.ts"
import type { ClockControl, FaultsControl, JournalControl, SentinelControl, WantedTokens } from "./SentinelControl.ts"

/**
 * Which application a program under test is. Default: the first one of the first account that users sign in to.
 *
 * @category models
 * @since 0.1.0
 */
export interface WhichApplication {
  readonly account?: string | undefined
  /** The `client_id`. */
  readonly client?: string | undefined
  /** Where the browser comes back to. Default: the first one of the application. */
  readonly redirectUri?: string | undefined
}

/**
 * A Sentinel that runs elsewhere. What is expected to go wrong rejects with an `EmulatorError`. No member needs a
 * `this`.
 *
 * @category services
 * @since 0.1.0
 */
export interface ConnectedSentinel {
  /** Its accounts, users and applications, as they were when the promise resolved. */
  readonly config: SentinelConfig
  /**
   * A user signs in, without a browser and a password. `url` is where the program under test would send the browser.
   * Gives the address of the callback, with the code and the state. `user` is an e-mail address or an id; default: the
   * first one of the account.
   */
  readonly approve: (url: string | URL, options?: { readonly user?: string | undefined }) => Promise<string>
  /** Refuses the sign-in. Gives the address of the callback, with an error (default: `access_denied`) and the state. */
  readonly deny: (url: string | URL, options?: Denial) => Promise<string>
  /** Tokens of a user who has signed in, or of an application. */
  readonly token: (wanted?: WantedTokens) => Promise<TokenResponse>
  /** Everything that it can be told, by group. */
  readonly control: SentinelControl
  /** `control.faults` */
  readonly faults: FaultsControl
  /** `control.clock` */
  readonly clock: ClockControl
  /** `control.journal` */
  readonly journal: JournalControl
  /** Keeps the whole state under a name. */
  readonly snapshot: (name: string) => Promise<void>
  /** Puts back what was kept under a name. */
  readonly restore: (name: string) => Promise<void>
  /** Begins anew, with the configuration of the start, no session, no token, no fault, and the real time. */
  readonly reset: () => Promise<void>
  /** Stops it, or ends the connection to it. */
  readonly stop: () => Promise<void>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/**
 * A Sentinel in this process.
 *
 * @example
 * ```ts
 * import type { Sentinel } from "@le-auth/emulator"
 *
 * // After eight hours, and with a token endpoint that is busy
 * export const later = async (sentinel: Sentinel): Promise<void> => {
 *   await sentinel.clock.advance({ by: "8h" })
 *   await sentinel.faults.add({ match: { route: "refresh" }, action: { type: "too-many-requests" }, times: 1 })
 * }
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export interface Sentinel extends ConnectedSentinel {
  /** Where it is: `http://localhost:PORT`. */
  readonly url: string
  /** The variables `LE_AUTH_*` of a program under test, which is the first application that users sign in to. */
  readonly env: Readonly<Record<string, string>>
  /** The same for another application, or with another redirect URI. */
  readonly envOf: (which?: WhichApplication) => Readonly<Record<string, string>>
  /** The certificate that programs have to trust, as PEM, if it made one for itself. */
  readonly certificateAuthority: string | undefined
  /** Reaches it without a port, and nothing else: an address of `url`. */
  readonly fetch: typeof globalThis.fetch
}

const load = () => import("./internal/start.ts")

/**
 * Starts a Sentinel with its control and its inspector in this process. It does not keep the process alive, and it is
 * gone with it.
 *
 * @example
 * ```ts
 * import { startSentinel } from "@le-auth/emulator"
 *
 * const sentinel = await startSentinel()
 * // Start your program with sentinel.env, and ask it for a sign-in. Where it sends the browser to:
 * const query = new URLSearchParams({
 *   v: "1.0",
 *   response_type: "code",
 *   client_id: sentinel.env["LE_AUTH_CLIENT_ID"] ?? "",
 *   redirect_uri: sentinel.env["LE_AUTH_REDIRECT_URI"] ?? "",
 *   state: "a"
 * })
 * const callback = await sentinel.approve(`${sentinel.url}/sentinel/api/account/12345678/authorize?${query}`)
 * new URL(callback).searchParams.get("state") // => "a"
 * await sentinel.stop()
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const startSentinel = async (options: Options = {}): Promise<Sentinel> => (await load()).start(options)

/**
 * Connects to the control of a Sentinel that runs elsewhere, such as that of `le-auth sentinel start`.
 *
 * @example
 * ```ts
 * // compiled only
 * import { connectSentinel } from "@le-auth/emulator"
 *
 * const sentinel = await connectSentinel("http://localhost:4402")
 * await sentinel.reset()
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const connectSentinel = async (
  control: string | URL,
  options: ConnectOptions = {}
): Promise<ConnectedSentinel> => (await import("./internal/connect.ts")).connect(control, options)
