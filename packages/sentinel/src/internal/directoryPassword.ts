/** The password of a user of a directory: a hash, or a text that is hashed when somebody wants the hash. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as PasswordHash from "../PasswordHash.ts"
import type { Passwords } from "../Passwords.ts"

export interface Password {
  /** Made once, when it is first asked for: nobody waits for the hashes of others. */
  readonly hash: Effect.Effect<PasswordHash.PasswordHash>
  /** What a login is compared with. */
  readonly expected: PasswordHash.PasswordHash | Redacted.Redacted<string>
}

export const hashed = (hash: PasswordHash.PasswordHash): Password => ({ hash: Effect.succeed(hash), expected: hash })

export const plain = (password: Redacted.Redacted<string>, passwords: Passwords["Service"]): Effect.Effect<Password> =>
  Effect.map(Effect.cached(passwords.hash(password)), (hash) => ({ hash, expected: password }))

/** Whether they are the same for sure: a text cannot be told from a hash of it without the work of a login. */
export const isSamePassword = ({ expected: a }: Password, { expected: b }: Password): boolean => {
  if (a === b) return true
  if (Redacted.isRedacted(a) || Redacted.isRedacted(b)) {
    return Redacted.isRedacted(a) && Redacted.isRedacted(b) && Redacted.value(a) === Redacted.value(b)
  }
  return PasswordHash.format(a) === PasswordHash.format(b)
}

/** Of two that are the same password the one before, so that nobody takes them for two; else the next one. */
export const keptIfSame = (
  before: Password,
  next: Password,
  passwords: Passwords["Service"]
): Effect.Effect<Password> => {
  if (isSamePassword(before, next)) return Effect.succeed(before)
  const { expected: a } = before
  const { expected: b } = next
  const compared =
    Redacted.isRedacted(b) && !Redacted.isRedacted(a)
      ? passwords.verify(b, a)
      : Redacted.isRedacted(a) && !Redacted.isRedacted(b)
        ? passwords.verify(a, b)
        : Effect.succeed(false)
  return compared.pipe(
    // Logins go first.
    Effect.retry(Schedule.spaced("50 millis")),
    Effect.orDie,
    Effect.map((isSame) => (isSame ? before : next))
  )
}
