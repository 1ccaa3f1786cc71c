/**
 * The one error of this package.
 *
 * @since 0.1.0
 */

/**
 * What can go wrong. `docs/server.md` has a line for each.
 *
 * @category errors
 * @since 0.1.0
 */
export type LeAuthErrorTag =
  | "NotSignedIn"
  | "SessionEnded"
  | "InvalidClient"
  | "Refused"
  | "RateLimited"
  | "Blocked"
  | "Unavailable"
  | "Timeout"
  | "BadResponse"
  | "HostNotAllowed"
  | "UnknownAccount"
  | "UnknownService"
  | "UnknownInstallation"
  | "InvalidArgument"
  | "Settings"
  | "Store"
  | "Disposed"

/**
 * What is expected to go wrong. No request, token or secret hangs on it.
 *
 * @category errors
 * @since 0.1.0
 */
export class LeAuthError extends Error {
  override readonly name = "LeAuthError"
  /** What happened. */
  readonly _tag: LeAuthErrorTag
  /** Whether a new sign-in of the user helps. */
  readonly startAgain: boolean
  /** The status that fits an answer of the application: 401, 429, 502, 503, … */
  readonly status: number
  /** Seconds until another try makes sense, if the other side said so. */
  readonly retryAfter: number | undefined
  /** Whether the other side may have acted on the request. `false` is certain. */
  readonly sent: boolean | undefined

  constructor(options: {
    readonly _tag: LeAuthErrorTag
    readonly message: string
    readonly startAgain?: boolean | undefined
    readonly status: number
    readonly retryAfter?: number | undefined
    readonly sent?: boolean | undefined
  }) {
    super(options.message)
    this._tag = options._tag
    this.startAgain = options.startAgain ?? false
    this.status = options.status
    this.retryAfter = options.retryAfter
    this.sent = options.sent
  }
}

/**
 * Whether a value is a {@link LeAuthError}, also one of another copy of this package.
 *
 * @category guards
 * @since 0.1.0
 */
export const isLeAuthError = (value: unknown): value is LeAuthError =>
  value instanceof Error && value.name === "LeAuthError" && typeof (value as { _tag?: unknown })._tag === "string"
