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
    return `${this.problem} Sentinel's clock only goes forward; reset begins anew at the real time.`
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
export class Unavailable extends Schema.TaggedError<Unavailable>()(
  "Unavailable",
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
): Effect.Effect<A, Exclude<E, StoreError> | Unavailable, R> =>
  Effect.catch(effect, (error): Effect.Effect<never, Exclude<E, StoreError> | Unavailable> =>
    error instanceof StoreError
      ? Effect.andThen(Effect.logError(error), Effect.fail(new Unavailable({ problem: error.message })))
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
