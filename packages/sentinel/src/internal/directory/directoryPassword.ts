/** The password of a user of a directory: a hash, or a text that is hashed when the hash is needed. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as PasswordHash from "../../PasswordHash.ts"
import type { Passwords } from "../../Passwords.ts"

export interface Password {
  /** Made once, when it is first needed, so no user waits for the hashes of others. */
  readonly hash: Effect.Effect<PasswordHash.PasswordHash>
  /** What a login is compared with. */
  readonly expected: PasswordHash.PasswordHash | Redacted.Redacted<string>
  /** The text, if it is known: two texts are compared in no time. */
  readonly text: Redacted.Redacted<string> | undefined
}

export const hashed = (hash: PasswordHash.PasswordHash, text?: Redacted.Redacted<string>): Password => ({
  hash: Effect.succeed(hash),
  expected: hash,
  text
})

export const plain = (text: Redacted.Redacted<string>, passwords: Passwords["Service"]): Effect.Effect<Password> =>
  Effect.map(Effect.cached(passwords.hash(text)), (hash) => ({ hash, expected: text, text }))

/** The same, compared by its hash from now on. */
export const settled = (password: Password): Effect.Effect<Password> =>
  Redacted.isRedacted(password.expected)
    ? Effect.map(password.hash, (hash) => hashed(hash, password.text))
    : Effect.succeed(password)

/** Whether they are the same for sure: a text cannot be told from a hash of it without the work of a login. */
export const isSamePassword = (a: Password, b: Password): boolean => {
  if (a === b || a.expected === b.expected) return true
  if (a.text !== undefined && b.text !== undefined) return Redacted.value(a.text) === Redacted.value(b.text)
  return (
    !Redacted.isRedacted(a.expected) &&
    !Redacted.isRedacted(b.expected) &&
    PasswordHash.format(a.expected) === PasswordHash.format(b.expected)
  )
}

/**
 * If both are the same password, the one before, so that they stay one; otherwise the next one, also if `mayWork` says
 * that there is no time to find out.
 */
export const keptIfSame = (
  before: Password,
  next: Password,
  passwords: Passwords["Service"],
  mayWork: () => boolean
): Effect.Effect<Password> => {
  if (isSamePassword(before, next)) return Effect.succeed(before)
  if ((before.text !== undefined && next.text !== undefined) || !mayWork()) return Effect.succeed(next)
  const { expected: a } = before
  const { expected: b } = next
  const compared =
    next.text !== undefined && !Redacted.isRedacted(a)
      ? passwords.verify(next.text, a)
      : before.text !== undefined && !Redacted.isRedacted(b)
        ? passwords.verify(before.text, b)
        : Effect.succeed(false)
  return compared.pipe(
    // Logins go first.
    Effect.retry(Schedule.spaced("50 millis")),
    Effect.orDie,
    Effect.map((isSame) => (isSame ? { ...before, text: before.text ?? next.text } : next))
  )
}
