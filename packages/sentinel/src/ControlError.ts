/**
 * Why Sentinel does not do what it was told.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

const problem = { problem: Schema.String }

/** An error that says in one text what is wrong: that is its message. */
const withMessage = <Base extends new (...args: Array<any>) => { readonly problem: string }>(base: Base): Base =>
  class extends base {
    get message(): string {
      return this.problem
    }
  }

/**
 * What a change would break, one line for each problem. No line repeats a secret.
 *
 * @since 0.1.0
 */
export class InvalidChange extends Schema.TaggedError<InvalidChange>()(
  "InvalidChange",
  { problems: Schema.Array(Schema.String) },
  { httpApiStatus: 400 }
) {
  override get message(): string {
    return this.problems.join("\n")
  }
}

/**
 * The body has more bytes than this path takes.
 *
 * @since 0.1.0
 */
export class BodyTooLarge extends withMessage(
  Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", problem, { httpApiStatus: 413 })
) {}

/**
 * The body does not say that it is JSON.
 *
 * @since 0.1.0
 */
export class NotJson extends withMessage(Schema.TaggedError<NotJson>()("NotJson", problem, { httpApiStatus: 415 })) {}

/**
 * The body broke off.
 *
 * @since 0.1.0
 */
export class UnreadableBody extends withMessage(
  Schema.TaggedError<UnreadableBody>()("UnreadableBody", problem, { httpApiStatus: 400 })
) {}

/**
 * The request comes from where none may come from: a page of another origin, or a name that is not loopback's.
 *
 * @since 0.1.0
 */
export class Forbidden extends withMessage(
  Schema.TaggedError<Forbidden>()("Forbidden", problem, { httpApiStatus: 403 })
) {}

/**
 * The address does not take the method (405), or none at the control does (501).
 *
 * @since 0.1.0
 */
export class WrongMethod extends withMessage(
  Schema.TaggedError<WrongMethod>()("WrongMethod", problem, { httpApiStatus: 405 })
) {}

/**
 * Something broke in here. What it was is in the log of Sentinel.
 *
 * @since 0.1.0
 */
export class InternalError extends withMessage(
  Schema.TaggedError<InternalError>()("InternalError", problem, { httpApiStatus: 500 })
) {}

/**
 * The clock was to go back.
 *
 * @since 0.1.0
 */
export class ClockGoesForward extends Schema.TaggedError<ClockGoesForward>()(
  "ClockGoesForward",
  { problem: Schema.String },
  { httpApiStatus: 409 }
) {
  override get message(): string {
    return `${this.problem} Sentinel's clock only goes forward; it can be set back to the real time.`
  }
}

/**
 * The clock was to go further than it can.
 *
 * @since 0.1.0
 */
export class ClockTooFar extends withMessage(
  Schema.TaggedError<ClockTooFar>()("ClockTooFar", problem, { httpApiStatus: 409 })
) {}

/**
 * There is no such account, user, installation, session, fault or snapshot.
 *
 * @since 0.1.0
 */
export class NotThere extends Schema.TaggedError<NotThere>()(
  "NotThere",
  { what: Schema.String },
  { httpApiStatus: 404 }
) {
  override get message(): string {
    return `There is no ${this.what}.`
  }
}

/**
 * What stands behind this Sentinel cannot do it: a store that cannot be looked into, or keys that cannot be rotated.
 *
 * @since 0.1.0
 */
export class NotSupported extends withMessage(
  Schema.TaggedError<NotSupported>()("NotSupported", problem, { httpApiStatus: 501 })
) {}

/**
 * The store of Sentinel does not answer.
 *
 * @since 0.1.0
 */
export class StoreUnavailable extends withMessage(
  Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", problem, { httpApiStatus: 503 })
) {}
