/**
 * The one error of this package.
 *
 * @since 0.1.0
 */

/**
 * What can go wrong. `docs/server.md` says what to do about each.
 *
 * | tag | `status` | what happened |
 * |---|---|---|
 * | `NotSignedIn` | 401 | there is no session for this browser or key |
 * | `SessionEnded` | 401 | LivePerson has ended the session |
 * | `InvalidClient` | 401, 502 | LivePerson does not accept id and secret; 401: a new sign-in may help |
 * | `Refused` | 502 | LivePerson refused the request for a token |
 * | `RateLimited` | 429 | too many requests, see `retryAfter` |
 * | `Blocked` | 403 | LivePerson has blocked the account or the user |
 * | `Unavailable` | 503 | LivePerson was not reached, or has a problem of its own |
 * | `Timeout` | 504 | there was no answer in time |
 * | `BadResponse` | 502 | an answer cannot be used |
 * | `HostNotAllowed` | 502 | the Domain API named a host that is not LivePerson's, so nothing was sent |
 * | `UnknownAccount` | 502 | the Domain API does not know the account |
 * | `UnknownService` | 502 | the account has no such service |
 * | `UnknownInstallation` | 400 | the application is not installed in the account, or none was named |
 * | `InvalidArgument` | 400, 500 | an argument cannot be used; 500 if a parser has read a body before le-auth |
 * | `InvalidAppToken` | 401 | a request brings no app token of LivePerson, or one that does not count here |
 * | `InsufficientScope` | 403 | the app token of a request lacks a scope |
 * | `InvalidWebhook` | 401, 413 | a webhook is not signed by LivePerson for this application; 413: it is too large |
 * | `Settings` | 500 | settings are missing or wrong, or two calls of `createLeAuth` differ |
 * | `Store` | 503 | the store, or the function `installations`, failed |
 * | `Disposed` | 503 | the instance was disposed of |
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
  | "InvalidAppToken"
  | "InsufficientScope"
  | "InvalidWebhook"
  | "Settings"
  | "Store"
  | "Disposed"

/**
 * What is expected to go wrong. No request, token or secret hangs on it, and no other error.
 *
 * @example
 * ```ts
 * import { isLeAuthError } from "@le-auth/server"
 *
 * export const statusOf = (error: unknown): number => (isLeAuthError(error) ? error.status : 500)
 * ```
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
  /** Whether the other side may have acted on the request: `false` is certain, and absent if there was no request. */
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
 * Whether a value is a {@link LeAuthError}, also one of another copy of this package, or of another realm.
 *
 * @example
 * ```ts
 * import { isLeAuthError, LeAuthError } from "@le-auth/server"
 *
 * isLeAuthError(new LeAuthError({ _tag: "Store", message: "The store is away.", status: 503 })) // => true
 * isLeAuthError(new Error("The store is away.")) // => false
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isLeAuthError = (value: unknown): value is LeAuthError => {
  if (typeof value !== "object" || value === null) return false
  const { _tag, message, name, startAgain, status } = value as Readonly<Record<string, unknown>>
  // Tests and edge runtimes run programs in realms, each with an `Error` of its own.
  return (
    name === "LeAuthError" &&
    typeof _tag === "string" &&
    typeof message === "string" &&
    typeof status === "number" &&
    typeof startAgain === "boolean"
  )
}
