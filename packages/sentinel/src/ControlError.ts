/**
 * The errors of the control: Sentinel does not do what it was told. Each says the status of its answer over HTTP.
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
 * The change or the document is wrong (400). `problems` has one line for each problem, with its path. No line repeats a
 * value, which may be a secret.
 *
 * @category errors
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
 * The body has more bytes than this path takes (413).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14 RFC 9110 section 15.5.14}
 * @category errors
 * @since 0.1.0
 */
export class BodyTooLarge extends withMessage(
  Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", problem, { httpApiStatus: 413 })
) {}

/**
 * The content type of the body is not JSON (415).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16 RFC 9110 section 15.5.16}
 * @category errors
 * @since 0.1.0
 */
export class NotJson extends withMessage(Schema.TaggedError<NotJson>()("NotJson", problem, { httpApiStatus: 415 })) {}

/**
 * The body broke off (400).
 *
 * @category errors
 * @since 0.1.0
 */
export class UnreadableBody extends withMessage(
  Schema.TaggedError<UnreadableBody>()("UnreadableBody", problem, { httpApiStatus: 400 })
) {}

/**
 * The control has a token, and the request has none or another one (401). `problem` says how it is sent.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3}
 * @category errors
 * @since 0.1.0
 */
export class TokenRequired extends withMessage(
  Schema.TaggedError<TokenRequired>()("TokenRequired", problem, { httpApiStatus: 401 })
) {}

/**
 * The token is wrong, and many others that came in were (429). A right one is never refused so.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6585#section-4 RFC 6585 section 4}
 * @category errors
 * @since 0.1.0
 */
export class TooManyAttempts extends withMessage(
  Schema.TaggedError<TooManyAttempts>()("TooManyAttempts", problem, { httpApiStatus: 429 })
) {}

/**
 * The request comes from a page of another origin, or names a host that is not loopback (403).
 *
 * @category errors
 * @since 0.1.0
 */
export class Forbidden extends withMessage(
  Schema.TaggedError<Forbidden>()("Forbidden", problem, { httpApiStatus: 403 })
) {}

/**
 * The address does not take the method (405), or no address of the control does (501).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6 RFC 9110 section 15.5.6}
 * @category errors
 * @since 0.1.0
 */
export class WrongMethod extends withMessage(
  Schema.TaggedError<WrongMethod>()("WrongMethod", problem, { httpApiStatus: 405 })
) {}

/**
 * Sentinel has an internal error (500). Its log says what it was.
 *
 * @category errors
 * @since 0.1.0
 */
export class InternalError extends withMessage(
  Schema.TaggedError<InternalError>()("InternalError", problem, { httpApiStatus: 500 })
) {}

/**
 * The clock was told to go back (409).
 *
 * @category errors
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
 * The clock was told to go further than the end of the year 9999 (409).
 *
 * @category errors
 * @since 0.1.0
 */
export class ClockTooFar extends withMessage(
  Schema.TaggedError<ClockTooFar>()("ClockTooFar", problem, { httpApiStatus: 409 })
) {}

/**
 * There is no such account, user, installation, session, token family, fault or snapshot (404). `what` names it.
 *
 * @category errors
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
 * Sentinel refused a sign-in that it was told to go through (422), as it refuses a browser. `problem` has the words of
 * its page, `status` is that of its answer, and `requestId` finds the request in the journal.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-15.5.21 RFC 9110 section 15.5.21}
 * @category errors
 * @since 0.1.0
 */
export class SignInRefused extends withMessage(
  Schema.TaggedError<SignInRefused>()(
    "SignInRefused",
    { ...problem, status: Schema.optionalKey(Schema.Int), requestId: Schema.optionalKey(Schema.String) },
    { httpApiStatus: 422 }
  )
) {}

/**
 * This Sentinel cannot do it (501): its store has no `StoreInspection`, holds more than fits into one document, or
 * its routes are not in this process.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotSupported extends withMessage(
  Schema.TaggedError<NotSupported>()("NotSupported", problem, { httpApiStatus: 501 })
) {}

/**
 * The store of Sentinel does not answer (503). `problem` has the engine's own words. Nothing was changed, and a later
 * attempt may work.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreUnavailable extends withMessage(
  Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", problem, { httpApiStatus: 503 })
) {}
