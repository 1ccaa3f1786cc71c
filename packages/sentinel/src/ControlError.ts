/**
 * Why Sentinel does not do what it was told.
 *
 * @since 0.1.0
 */
import { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

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
export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()(
  "BodyTooLarge",
  { problem: Schema.String },
  { httpApiStatus: 413 }
) {
  override get message(): string {
    return this.problem
  }
}

/**
 * The body does not say that it is JSON.
 *
 * @since 0.1.0
 */
export class NotJson extends Schema.TaggedError<NotJson>()(
  "NotJson",
  { problem: Schema.String },
  { httpApiStatus: 415 }
) {
  override get message(): string {
    return this.problem
  }
}

/**
 * The body broke off.
 *
 * @since 0.1.0
 */
export class UnreadableBody extends Schema.TaggedError<UnreadableBody>()(
  "UnreadableBody",
  { problem: Schema.String },
  { httpApiStatus: 400 }
) {
  override get message(): string {
    return this.problem
  }
}

/**
 * The request comes from where none may come from: a page of another origin, or a name that is not loopback's.
 *
 * @since 0.1.0
 */
export class Forbidden extends Schema.TaggedError<Forbidden>()(
  "Forbidden",
  { problem: Schema.String },
  { httpApiStatus: 403 }
) {
  override get message(): string {
    return this.problem
  }
}

/**
 * The address does not take the method (405), or none at the control does (501).
 *
 * @since 0.1.0
 */
export class WrongMethod extends Schema.TaggedError<WrongMethod>()(
  "WrongMethod",
  { problem: Schema.String },
  { httpApiStatus: 405 }
) {
  override get message(): string {
    return this.problem
  }
}

/**
 * Something broke in here. What it was is in the log of Sentinel.
 *
 * @since 0.1.0
 */
export class InternalError extends Schema.TaggedError<InternalError>()(
  "InternalError",
  { problem: Schema.String },
  { httpApiStatus: 500 }
) {
  override get message(): string {
    return this.problem
  }
}

/**
 * @since 0.1.0
 */
export const internalError = new InternalError({ problem: "Sentinel has an internal error. Its log says more." })

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
export class ClockTooFar extends Schema.TaggedError<ClockTooFar>()(
  "ClockTooFar",
  { problem: Schema.String },
  { httpApiStatus: 409 }
) {
  override get message(): string {
    return this.problem
  }
}

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
export class NotSupported extends Schema.TaggedError<NotSupported>()(
  "NotSupported",
  { problem: Schema.String },
  { httpApiStatus: 501 }
) {
  override get message(): string {
    return this.problem
  }
}

/**
 * The store of Sentinel does not answer.
 *
 * @since 0.1.0
 */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()(
  "StoreUnavailable",
  { problem: Schema.String },
  { httpApiStatus: 503 }
) {
  override get message(): string {
    return this.problem
  }
}

/**
 * Turns the error of a store into that of the control, with the engine's own words. The causes are in the log, and go to nobody else.
 *
 * @since 0.1.0
 */
export const unavailable = <A, E, R>(
  effect: Effect.Effect<A, E | StoreError, R>
): Effect.Effect<A, Exclude<E, StoreError> | StoreUnavailable, R> =>
  Effect.catch(effect, (error): Effect.Effect<never, Exclude<E, StoreError> | StoreUnavailable> =>
    error instanceof StoreError
      ? Effect.andThen(Effect.logError(error), Effect.fail(new StoreUnavailable({ problem: error.message })))
      : Effect.fail(error as Exclude<E, StoreError>)
  )

/**
 * The error of what needs a store that can be looked into.
 *
 * @since 0.1.0
 */
export const cannotLook = new NotSupported({
  problem: "The store of this Sentinel cannot be looked into: it has no StoreInspection."
})
