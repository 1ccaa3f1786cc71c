/**
 * The one error of the stores.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A store could not do its work: its engine is unreachable, full or broken. The cause is kept for the developer;
 * adapters must not put keys or values into it.
 *
 * @category errors
 * @since 0.1.0
 */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  store: Schema.String,
  operation: Schema.String,
  /** The engine's own words, see `problemOf` of `StoreOperation`: for operators and developers, not for users. */
  problem: Schema.optionalKey(Schema.String),
  cause: Schema.optionalKey(Schema.Defect())
}) {
  /** Whether another try cannot help, since the store does not take what it was given. */
  get isFinal(): boolean {
    return false
  }

  override get message(): string {
    const problem = this.problem === undefined ? "" : `: ${this.problem}`
    return `The ${this.store} is unavailable (${this.operation})${problem}. Try again; if it stays so, check the store behind it.`
  }
}
