/** What cannot be opened with the seal keys that there are. `SentinelSql` has it for other packages. */
import * as Schema from "effect/Schema"

/**
 * A secret in the database was sealed with a seal key that this process does not have. `what` names it, and `table` and
 * `id` are the place of its row.
 *
 * @category errors
 * @since 0.1.0
 */
export class SealedRow extends Schema.TaggedError<SealedRow>()("SealedRow", {
  what: Schema.String,
  table: Schema.String,
  id: Schema.String
}) {
  override get message(): string {
    return (
      `The ${this.what} in the database cannot be opened with the seal keys of this process. Add the secret that it was ` +
      "sealed with to LE_AUTH_SEAL_KEYS, at the end. If that is lost, delete the row with the id " +
      `${this.id} from ${this.table}, and start again: if none is left, a new one is made.`
    )
  }
}
