/**
 * The error for what a program hands to a function of this package and must not.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * An argument cannot be used, so nothing was done. The message says which one, and what to write in its place. The
 * argument itself is not in it.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidArgument extends Schema.TaggedError<InvalidArgument>()("InvalidArgument", {
  /** The name of the argument, such as `path`. */
  argument: Schema.String,
  /** What is wrong, and what to do. */
  problem: Schema.String
}) {
  override get message(): string {
    return `The argument ${this.argument} cannot be used: ${this.problem}`
  }
}
