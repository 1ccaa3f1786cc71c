/**
 * Hashes and verifies passwords.
 *
 * @since 0.1.0
 */
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"

/**
 * @since 0.1.0
 */
export interface PasswordHash {
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

const length = 32

/** Two at a time, so that a rush of logins leaves the computer time for tokens. */
const concurrency = 2

/**
 * PBKDF2-SHA-256 with the given number of iterations (OWASP, Password Storage Cheat Sheet).
 *
 * `verify` with no hash computes one against a dummy, so that an unknown user takes as long as a wrong password.
 *
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (options: { readonly iterations: number }) {
  const kdf = yield* Kdf.Kdf
  const random = yield* SecureRandom.SecureRandom
  const algorithm = Kdf.pbkdf2({ hash: Digest.sha256, iterations: options.iterations })
  const semaphore = Semaphore.makeUnsafe(concurrency)
  const utf8 = new TextEncoder()

  const derive = (password: Redacted.Redacted<string>, salt: Uint8Array) =>
    // Systems type the same letter in different ways (NIST SP 800-63B section 3.1.1.2).
    kdf.derive(algorithm, utf8.encode(Redacted.value(password).normalize("NFKC")), { salt, length })

  const hash = Effect.fnUntraced(function* (password: Redacted.Redacted<string>) {
    const salt = yield* random.randomBytes(16)
    return { salt, hash: yield* derive(password, salt) }
  })

  const dummy: PasswordHash = { salt: yield* random.randomBytes(16), hash: yield* random.randomBytes(length) }

  const verify = (password: Redacted.Redacted<string>, expected: PasswordHash = dummy) =>
    derive(password, expected.salt).pipe(
      semaphore.withPermits(1),
      Effect.map((hash) => Mac.timingSafeEqual(hash, expected.hash)),
      Effect.orDie
    )

  return { hash, verify }
})
