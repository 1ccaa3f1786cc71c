/**
 * What can be wrong with a callback, as the application's users and developers need to know it.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const startAgain = "Start the sign-in again."

/**
 * The callback has neither a code nor an error, has both, or has a value that no authorization server may send.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749 section 4.1.2}
 * @category errors
 * @since 0.1.0
 */
export class Malformed extends Schema.TaggedError<Malformed>()("Malformed", { problem: Schema.String }) {
  override get message(): string {
    return `The callback is not an authorization response: ${this.problem}. ${startAgain}`
  }
}

/**
 * A parameter of the callback appears more than once.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}
 * @category errors
 * @since 0.1.0
 */
export class DuplicateParameter extends Schema.TaggedError<DuplicateParameter>()("DuplicateParameter", {
  parameter: Schema.String
}) {
  override get message(): string {
    return `The callback has the parameter ${this.parameter} more than once. ${startAgain}`
  }
}

/**
 * The callback has no `state`, so it belongs to no sign-in of this application.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.12 RFC 6749 section 10.12}
 * @category errors
 * @since 0.1.0
 */
export class MissingState extends Schema.TaggedError<MissingState>()("MissingState", {}) {
  override get message(): string {
    return `The callback has no state, so it belongs to no sign-in that was started here. ${startAgain}`
  }
}

/**
 * The browser that brings the callback is not the one that started the sign-in, or it lost the cookie that proves it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.12 RFC 6749 section 10.12}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.7.1 RFC 9700 section 4.7.1}
 * @category errors
 * @since 0.1.0
 */
export class WrongUserAgent extends Schema.TaggedError<WrongUserAgent>()("WrongUserAgent", {}) {
  override get message(): string {
    return (
      "This browser did not start the sign-in, its cookies are blocked, or the sign-in was finished already. " +
      startAgain
    )
  }
}

/**
 * No open sign-in belongs to the `state`: it was never started here, is finished already, or its record is gone.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.12 RFC 6749 section 10.12}
 * @category errors
 * @since 0.1.0
 */
export class UnknownTransaction extends Schema.TaggedError<UnknownTransaction>()("UnknownTransaction", {}) {
  override get message(): string {
    return `This sign-in is not open: it was never started here, was finished already, or is too old. ${startAgain}`
  }
}

/**
 * The sign-in was started too long ago.
 *
 * @category errors
 * @since 0.1.0
 */
export class Expired extends Schema.TaggedError<Expired>()("Expired", {}) {
  override get message(): string {
    return `The sign-in took too long. ${startAgain}`
  }
}

/**
 * The callback names another authorization server than LivePerson's.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2.4 RFC 9207 section 2.4}
 * @category errors
 * @since 0.1.0
 */
export class WrongIssuer extends Schema.TaggedError<WrongIssuer>()("WrongIssuer", {}) {
  override get message(): string {
    return `The callback does not come from LivePerson's Sentinel. ${startAgain}`
  }
}

/**
 * Sentinel sent the user back with an error. `error` and `description` come from the other side, reduced to printable
 * ASCII: escape them in HTML, and never use them as a label of a metric.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @category errors
 * @since 0.1.0
 */
export class Denied extends Schema.TaggedError<Denied>()("Denied", {
  error: Schema.String,
  description: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const description = this.description === undefined ? "" : ` (${this.description})`
    return this.error === "access_denied"
      ? `LivePerson refused the sign-in: access_denied${description}. Start again, or ask the account's administrator.`
      : `LivePerson answered the sign-in with the error ${this.error}${description}. Check how the application is installed, then start again.`
  }
}

/**
 * Why a callback was refused, see {@link CallbackError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const CallbackErrorReason = Schema.Union([
  Malformed,
  DuplicateParameter,
  MissingState,
  WrongUserAgent,
  UnknownTransaction,
  Expired,
  WrongIssuer,
  Denied
])
export type CallbackErrorReason = typeof CallbackErrorReason.Type

/**
 * A callback was refused. Handle single reasons with `Effect.catchReason("CallbackError", "Expired", ...)`.
 *
 * For each reason the way on is a new sign-in; nothing of the callback was believed.
 *
 * @category errors
 * @since 0.1.0
 */
export class CallbackError extends Schema.TaggedError<CallbackError>()("CallbackError", {
  reason: CallbackErrorReason
}) {
  override get message(): string {
    return this.reason.message
  }

  /** Whether the user has to start a new sign-in: always, for a callback. */
  get startAgain(): boolean {
    return true
  }
}
