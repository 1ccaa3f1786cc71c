/**
 * The one error of this package.
 *
 * @since 0.1.0
 */

/**
 * What can go wrong. `docs/emulator.md` says what to do about each.
 *
 * | code | what happened |
 * |---|---|
 * | `InvalidOptions` | options cannot be used; `problems` has all that is wrong with them |
 * | `CannotListen` | a port cannot be opened, since another program has it or the system refuses |
 * | `Stopped` | this Sentinel was stopped, or this connection to it was given up |
 * | `Unreachable` | no Sentinel was reached at the address of the control |
 * | `BadAnswer` | what answered there is no control, or that of another version |
 * | `SignInRefused` | Sentinel refused the sign-in; `requestId` is that of its entry in the journal |
 * | `OtherAddress` | `fetch` was asked for an address that is not that of this Sentinel |
 * | `InvalidChange` | a change or a document is wrong; `problems` has all that is wrong with it |
 * | `NotThere` | there is no such account, user, application, session, fault or snapshot |
 * | `ClockGoesForward`, `ClockTooFar` | Sentinel's clock cannot be set to that time |
 * | `NotSupported` | this Sentinel cannot do it |
 * | `StoreUnavailable` | the store of Sentinel does not answer |
 * | `TokenRequired`, `TooManyAttempts` | the token of the control is missing or wrong |
 * | `Forbidden`, `NotJson`, `UnreadableBody`, `BodyTooLarge`, `WrongMethod` | the control does not take the request |
 * | `InternalError` | Sentinel has an internal error, which its log has |
 *
 * @category errors
 * @since 0.1.0
 */
export type EmulatorErrorCode =
  | "InvalidOptions"
  | "CannotListen"
  | "Stopped"
  | "Unreachable"
  | "BadAnswer"
  | "SignInRefused"
  | "OtherAddress"
  | "InvalidChange"
  | "NotThere"
  | "ClockGoesForward"
  | "ClockTooFar"
  | "NotSupported"
  | "StoreUnavailable"
  | "TokenRequired"
  | "TooManyAttempts"
  | "Forbidden"
  | "NotJson"
  | "UnreadableBody"
  | "BodyTooLarge"
  | "WrongMethod"
  | "InternalError"

/**
 * What is expected to go wrong. No token and no secret hangs on it.
 *
 * @example
 * ```ts
 * import { isEmulatorError } from "@le-auth/emulator"
 *
 * export const isTaken = (error: unknown): boolean => isEmulatorError(error) && error.code === "CannotListen"
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class EmulatorError extends Error {
  override readonly name = "EmulatorError"
  /** What happened. */
  readonly code: EmulatorErrorCode
  /** All that is wrong, one text for each; empty if the message has it. */
  readonly problems: ReadonlyArray<string>
  /** The id under which the journal has the request that was refused. */
  readonly requestId: string | undefined

  constructor(options: {
    readonly code: EmulatorErrorCode
    readonly message: string
    readonly problems?: ReadonlyArray<string> | undefined
    readonly requestId?: string | undefined
  }) {
    super(options.message)
    this.code = options.code
    this.problems = options.problems ?? []
    this.requestId = options.requestId
  }
}

/**
 * Whether a value is an {@link EmulatorError}, also one of another copy of this package, or of another realm.
 *
 * @example
 * ```ts
 * import { EmulatorError, isEmulatorError } from "@le-auth/emulator"
 *
 * isEmulatorError(new EmulatorError({ code: "Stopped", message: "It was stopped." })) // => true
 * isEmulatorError(new Error("It was stopped.")) // => false
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isEmulatorError = (value: unknown): value is EmulatorError => {
  if (typeof value !== "object" || value === null) return false
  const { code, message, name } = value as Readonly<Record<string, unknown>>
  // Runners of tests run files in realms, each with an `Error` of its own.
  return name === "EmulatorError" && typeof code === "string" && typeof message === "string"
}
