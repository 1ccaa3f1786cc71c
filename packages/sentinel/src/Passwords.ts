/**
 * Hashes and verifies passwords, outside of the thread that answers requests, a few at a time.
 *
 * @see {@link https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html OWASP, Password Storage}
 * @since 0.1.0
 */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Context from "effect/Context"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { FairTurns, type Turn, type Work } from "./internal/throttle/FairTurns.ts"
import { type Algorithm, kindOf, type PasswordHash } from "./PasswordHash.ts"

/**
 * More passwords are waiting than can be verified in reasonable time. Nothing is known about this one; try again.
 *
 * @category errors
 * @since 0.1.0
 */
export class PasswordsBusy extends Schema.TaggedError<PasswordsBusy>()("PasswordsBusy", {}) {
  override get message(): string {
    return "Too many passwords are waiting to be verified. Nothing is known about this one; try again."
  }
}

/**
 * The turn of the password that is verified. `lane` is `known` for browsers and networks from which a user has signed
 * in before: one worker takes these first. In each lane `network`s take turns. The login page provides it. Default: a
 * new one without a network.
 *
 * @category services
 * @since 0.1.0
 */
export const PasswordTurn = Context.Reference<Turn>("@le-auth/sentinel/Passwords/PasswordTurn", {
  defaultValue: () => ({ lane: "new", network: undefined })
})

/**
 * Hashes and verifies passwords. They are compared in the form NFKC, since systems type the same letter in different
 * ways. They may have any character but U+0000, and at most {@link longest} of them.
 *
 * @see {@link https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver NIST SP 800-63B section 3.1.1.2}
 * @category services
 * @since 0.1.0
 */
export class Passwords extends Context.Service<
  Passwords,
  {
    /** Hashes a password with a new salt and the algorithm of this service. */
    readonly hash: (password: Redacted.Redacted<string>) => Effect.Effect<PasswordHash>
    /**
     * Whether a password is the expected one. Without a hash the same work is done for nothing, so that an unknown user
     * takes as long as a wrong password. A password that is not hashed yet is compared as plain text, after the same
     * work.
     *
     * `kinds` has one hash of each kind that users of the same directory have, and `undefined` for the kind that this
     * service makes. The work of each kind is done once, whatever the kind of this hash is. Otherwise the time would
     * tell which users exist.
     */
    readonly verify: (
      password: Redacted.Redacted<string>,
      expected: PasswordHash | Redacted.Redacted<string> | undefined,
      kinds?: ReadonlyArray<PasswordHash | undefined>
    ) => Effect.Effect<boolean, PasswordsBusy>
  }
>()("@le-auth/sentinel/Passwords") {}

/**
 * For passwords that protect something: argon2id with 19 MiB and 2 passes. Node has it from 24.7, through
 * `NodeCrypto.layer` of `@effect/platform-node`; WebCrypto does not have it. There use `Kdf.pbkdf2Sha256`, OWASP's
 * choice without argon2id.
 *
 * @category models
 * @since 0.1.0
 */
export const strict: Algorithm = Kdf.argon2id({ memory: 19_456, passes: 2, parallelism: 1 })

/**
 * For passwords of development, which are not secret: PBKDF2-SHA-256 with 10,000 iterations, a few milliseconds on any
 * platform.
 *
 * @category models
 * @since 0.1.0
 */
export const development: Algorithm = Kdf.pbkdf2({ hash: Digest.sha256, iterations: 10_000 })

/**
 * Settings of {@link layerWith}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** How new hashes are made. Default: {@link development}. */
  readonly algorithm?: Algorithm
  /**
   * The number of passwords that are hashed or verified at the same time. Default: 2, and never less, since one is for
   * known browsers and networks. A rush of logins thus leaves half of Node's threads for cryptography to all others.
   */
  readonly concurrency?: number
  /**
   * The number of passwords that may wait in each lane, see {@link PasswordTurn}. Default: 64. Beyond it the newest of
   * the network with the most fails with {@link PasswordsBusy}.
   */
  readonly queue?: number
}

/**
 * The number of characters that a password has at most. Longer ones are wrong, whatever they are, since normalizing a
 * text takes time that grows with the square of its length.
 *
 * @see
 *   {@link https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#implement-proper-password-strength-controls OWASP, Authentication Cheat Sheet}
 *
 * @category models
 * @since 0.1.0
 */
export const longest = 1024

/**
 * Why a text cannot be a password; `undefined` if it can. U+0000 at its end would not change a hash of PBKDF2, which
 * fills up its keys with zeros.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc2104#section-2 RFC 2104 section 2}
 * @category guards
 * @since 0.1.0
 */
export const problemOf = (text: string): string | undefined => {
  // A character of Unicode is at most two of JavaScript's.
  if (text.length > 2 * longest || (text.length > longest && [...text].length > longest)) {
    return `is longer than ${longest} characters`
  }
  return text.includes("\0") ? "has the character U+0000" : undefined
}

const length = 32
const saltLength = 16

const nothing = new Uint8Array(0)

/** The bytes that are hashed; `undefined` if the text cannot be a password. Only a short text is normalized. */
const bytesOf = (password: Redacted.Redacted<string>): Uint8Array | undefined => {
  const text = Redacted.value(password)
  return problemOf(text) === undefined ? Utf8.encode(text.normalize("NFKC")) : undefined
}

/** Compares in a time that does not tell where they differ. */
const isSameText = (given: Uint8Array, expected: Uint8Array | undefined): boolean => {
  const size = Math.max(given.length, expected?.length ?? 0)
  const padded = (bytes: Uint8Array) => {
    const all = new Uint8Array(size)
    all.set(bytes)
    return all
  }
  return Mac.timingSafeEqual(padded(given), padded(expected ?? nothing)) && given.length === expected?.length
}

/** Fails now, and not at the first login, if the platform does not have argon2id. */
const requireSupport = (kdf: Kdf.Kdf["Service"], algorithm: Algorithm) =>
  algorithm._tag === "Argon2id"
    ? kdf.derive(Kdf.argon2id({ memory: 8, passes: 1, parallelism: 1 }), new Uint8Array(1), {
        salt: new Uint8Array(saltLength),
        length
      })
    : Effect.void

/**
 * Hashes and verifies passwords by the `Kdf` of the context. Fails with `CryptoError` if the platform does not have the
 * algorithm.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Passwords from "@le-auth/sentinel/Passwords"
 * import * as Layer from "effect/Layer"
 *
 * export const PasswordsLive = Passwords.layerWith({ algorithm: Passwords.strict }).pipe(
 *   Layer.provide(NodeCrypto.layer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (
  options: Options
): Layer.Layer<Passwords, CryptoError.CryptoError, Kdf.Kdf | SecureRandom.SecureRandom> =>
  Layer.effect(
    Passwords,
    Effect.gen(function* () {
      const { algorithm = development, concurrency = 2, queue = 64 } = options
      const kdf = yield* Kdf.Kdf
      const random = yield* SecureRandom.SecureRandom
      yield* requireSupport(kdf, algorithm)
      const nobody: PasswordHash = {
        algorithm,
        salt: yield* random.randomBytes(saltLength),
        hash: yield* random.randomBytes(length)
      }
      const turns = new FairTurns({ workers: Math.max(2, concurrency), queue })

      const inTurn = <A, E>(turn: Turn, isPatient: boolean, effect: Effect.Effect<A, E>) =>
        Effect.uninterruptibleMask((restore) => {
          let work: Work | undefined
          const begun = Effect.callback<void, PasswordsBusy>((resume) => {
            work = {
              ...turn,
              isPatient,
              start: () => resume(Effect.void),
              refuse: () => resume(Effect.fail(new PasswordsBusy()))
            }
            turns.ask(work)
          })
          // An interrupted caller does not stop the thread that works for it, so its place is free only when that is
          // done.
          return Effect.ensuring(
            Effect.andThen(restore(begun), effect),
            Effect.sync(() => work && turns.done(work))
          )
        })

      const derive = (bytes: Uint8Array, { algorithm, hash, salt }: PasswordHash) =>
        kdf.derive(algorithm, bytes, { salt, length: hash.length }).pipe(Effect.orDie)

      const keyed = (hash: PasswordHash = nobody) => [kindOf(hash), hash] as const
      const compare = Effect.fnUntraced(function* (
        bytes: Uint8Array,
        expected: PasswordHash | Redacted.Redacted<string> | undefined,
        kinds: ReadonlyArray<PasswordHash | undefined>
      ) {
        const plain = Redacted.isRedacted(expected) ? expected : undefined
        const hash = Redacted.isRedacted(expected) ? undefined : expected
        // One of each kind, so that no work is done twice; the user's own is the last of its kind.
        const all = new Map([...kinds, ...(kinds.length === 0 || hash !== undefined ? [hash] : [])].map(keyed))
        let isRight = false
        for (const one of all.values()) {
          const isSame = Mac.timingSafeEqual(yield* derive(bytes, one), one.hash)
          if (one === hash) isRight = isSame
        }
        return plain === undefined ? isRight : isSameText(bytes, bytesOf(plain))
      })

      return Passwords.of({
        hash: Effect.fnUntraced(function* (password) {
          const salt = yield* random.randomBytes(saltLength)
          // A text that cannot be a password must not become the password of a user.
          const bytes = bytesOf(password) ?? (yield* random.randomBytes(length))
          const made = derive(bytes, { algorithm, salt, hash: new Uint8Array(length) })
          return { algorithm, salt, hash: yield* inTurn(yield* PasswordTurn, true, made) }
        }, Effect.orDie),
        verify: (password, expected, kinds = []) =>
          Effect.flatMap(PasswordTurn, (turn) => {
            const bytes = bytesOf(password)
            return Effect.map(
              inTurn(turn, false, compare(bytes ?? nothing, expected, kinds)),
              (isRight) => isRight && bytes !== undefined
            )
          })
      })
    })
  )

/**
 * Hashes and verifies passwords by the `Kdf` of the context, as cheaply as {@link development} does; for passwords that
 * protect something use {@link layerWith} with {@link strict}. Fails with `CryptoError` if the platform has no PBKDF2.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Passwords, CryptoError.CryptoError, Kdf.Kdf | SecureRandom.SecureRandom> = layerWith({})
