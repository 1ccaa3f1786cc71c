/** Errors of `node:sqlite` as `SqlError`. */
import * as Predicate from "effect/Predicate"
import { classifySqliteError, ConnectionError, SerializationError, SqlError, SqlSyntaxError } from "effect/sql/SqlError"

/** Result codes of SQLite (https://www.sqlite.org/rescode.html). */
const code = { error: 1, busy: 5, locked: 6, busySnapshot: 517, primaryKey: 1555, unique: 2067, rowid: 2579 }

const codeOf = (cause: unknown): number | undefined =>
  Predicate.hasProperty(cause, "errcode") && Predicate.isNumber(cause.errcode) ? cause.errcode : undefined

/** Whether another connection is in the way, and the same call may work a moment later. */
export const isBusy = (cause: unknown): boolean => {
  const found = codeOf(cause)
  // After busySnapshot the transaction must begin anew: its data was changed since it was read.
  return found !== undefined && found !== code.busySnapshot && [code.busy, code.locked].includes(found & 0xff)
}

/** effect's classifier reads `errno`, `node:sqlite` writes `errcode`; keys of a table also count as unique. */
const withErrno = (cause: unknown): unknown => {
  const found = codeOf(cause)
  if (found === undefined || !Predicate.isObject(cause)) return cause
  return Object.assign(cause, { errno: found === code.primaryKey || found === code.rowid ? code.unique : found })
}

export const sqlError =
  (operation: string) =>
  (cause: unknown): SqlError => {
    const message = `SQLite could not ${operation}: ${cause instanceof Error ? cause.message : String(cause)}`
    const props = { cause, message, operation }
    const found = codeOf(cause)
    // The code of any error in the text of a statement, but also of COMMIT without BEGIN.
    if (found === code.error && /syntax error|no such|unrecognized token|incomplete input/.test(message))
      return new SqlError({ reason: new SqlSyntaxError(props) })
    if (found === code.busySnapshot) return new SqlError({ reason: new SerializationError(props) })
    return new SqlError({ reason: classifySqliteError(withErrno(cause), { message, operation }) })
  }

export const unavailable = (message: string) => (cause: unknown) =>
  new SqlError({ reason: new ConnectionError({ cause, message, operation: "open" }) })
