/**
 * What cannot be opened with the seal keys that there are.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * A secret in the database was sealed with a seal key that this process does not have.
 *
 * @since 0.1.0
 */
export class SealedRow extends Data.TaggedError("SealedRow")<{
  readonly what: string
  readonly table: string
  readonly id: string
}> {
  override get message(): string {
    return (
      `The ${this.what} in the database cannot be opened with the seal keys of this process. Add the secret that it was ` +
      "sealed with to LE_AUTH_SEAL_KEYS, at the end. If that is lost, delete the row with the id " +
      `${this.id} from ${this.table}, and start again: if none is left, a new one is made.`
    )
  }
}
