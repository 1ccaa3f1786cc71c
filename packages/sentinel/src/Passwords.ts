/**
 * Hashes and verifies passwords, off the thread that answers requests, a few at a time.
 *
 * @see OWASP, Password Storage Cheat Sheet
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
 * More passwords are waiting than can be looked at in reasonable time. Nothing is known about this one; try again.
 *
 * @since 0.1.0
 */
export class PasswordsBusy extends Schema.TaggedError<PasswordsBusy>()("PasswordsBusy", {}) {
  override get message(): string {
    return "Too many passwords are waiting to be verified. Nothing is known about this one; try again."
  }
}

/**
 * Whose turn it is to be looked at. `lane` is "known" for browsers and networks from which somebody has signed in before; there is a
 * worker that takes these first. In each lane networks take turns. The login page says it; who verifies passwords elsewhere need not.
 *
 * @since 0.1.0
 */
export const PasswordTurn = Context.Reference<Turn>("@le-auth/sentinel/Passwords/PasswordTurn", {
  defaultValue: () => ({ lane: "new", network: undefined })
})

/**
 * Passwords are compared in the form NFKC, since systems type the same letter in different ways (NIST SP 800-63B section
 * 3.1.1.2). They may have any character but U+0000, and up to {@link longest} of them.
 *
 * @since 0.1.0
 */
export class Passwords extends Context.Service<
  Passwords,
  {
    /** With a new salt, and the cost of this service. */
    readonly hash: (password: Redacted.Redacted<string>) => Effect.Effect<PasswordHash>
    /**
     * With the cost of the hash. Without a hash the same work is done for nothing, so that an unknown user takes as long as a
     * wrong password. A password that is not hashed yet is compared as it is, after the same work.
     *
     * `kinds` are the kinds of hashes that there are where the user could be, a hash of each, and `undefined` for what this service
     * makes: the work of each kind is done once, whatever the kind of this hash is. Else the time would tell who is known.
     */
    readonly verify: (
      password: Redacted.Redacted<string>,
      expected: PasswordHash | Redacted.Redacted<string> | undefined,
      kinds?: ReadonlyArray<PasswordHash | undefined>
    ) => Effect.Effect<boolean, PasswordsBusy>
  }
>()("@le-auth/sentinel/Passwords") {}

/**
 * For passwords that protect something: argon2id with 19 MiB and 2 passes. WebCrypto has no argon2id; Node has it from 24.7,
 * through `NodeCrypto.layer` of `@effect/platform-node`. Elsewhere use `Kdf.pbkdf2Sha256`, OWASP's choice without argon2id.
 *
 * @since 0.1.0
 */
export const strict: Algorithm = Kdf.argon2id({ memory: 19_456, passes: 2, parallelism: 1 })

/**
 * For passwords that everybody may know: PBKDF2-SHA-256 with 10,000 iterations, a few milliseconds on any platform.
 *
 * @since 0.1.0
 */
export const development: Algorithm = Kdf.pbkdf2({ hash: Digest.sha256, iterations: 10_000 })

/**
 * @since 0.1.0
 */
export interface Options {
  /** What new hashes are made with. Default: {@link development}. */
  readonly algorithm?: Algorithm
  /**
   * How many passwords are looked at at once. Default: 2, and never less: one for who is known. So a rush of logins leaves half of
   * the threads that Node has for cryptography to everybody else.
   */
  readonly concurrency?: number
  /**
   * How many more may wait in each lane, see {@link PasswordTurn}. Default: 64. Of one more than that the newest of the network with
   * most fails with {@link PasswordsBusy}.
   */
  readonly queue?: number
}

/**
 * How many characters a password has at most. Longer ones are wrong, whatever they are: to bring a text into a normal form takes
 * time that grows with the square of its length (OWASP, Authentication Cheat Sheet, "Implement Proper Password Strength Controls").
 *
 * @since 0.1.0
 */
export const longest = 1024

/**
 * Why a text can be no password; `undefined` if it can. U+0000 changes no hash of PBKDF2, whose keys end in zeros of any number
 * (RFC 2104 section 2).
 *
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

/** What is hashed; nothing if a text can be no password. Only what is short enough is brought into its normal form. */
const bytesOf = (password: Redacted.Redacted<string>): Uint8Array | undefined => {
  const text = Redacted.value(password)
  return problemOf(text) === undefined ? Utf8.encode(text.normalize("NFKC")) : undefined
}

/** In a time that does not tell where they differ. */
const isSameText = (given: Uint8Array, expected: Uint8Array | undefined): boolean => {
  const size = Math.max(given.length, expected?.length ?? 0)
  const padded = (bytes: Uint8Array) => {
    const all = new Uint8Array(size)
    all.set(bytes)
    return all
  }
  return Mac.timingSafeEqual(padded(given), padded(expected ?? nothing)) && given.length === expected?.length
}

/** Fails now, and not at the first login, where the platform has no argon2id. */
const requireSupport = (kdf: Kdf.Kdf["Service"], algorithm: Algorithm) =>
  algorithm._tag === "Argon2id"
    ? kdf.derive(Kdf.argon2id({ memory: 8, passes: 1, parallelism: 1 }), new Uint8Array(1), {
        salt: new Uint8Array(saltLength),
        length
      })
    : Effect.void

/**
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
          // A caller who goes away does not stop the thread that works for him, so his place is not free before it is done.
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
        // By kind, so that none is worked at twice; the last one of a kind is the user's own.
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
          // What can be no password is not to be anybody's.
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
 * {@link layerWith} the cost for development.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Passwords, CryptoError.CryptoError, Kdf.Kdf | SecureRandom.SecureRandom> = layerWith({})
