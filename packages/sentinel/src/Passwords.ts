/**
 * Hashes and verifies passwords, off the thread that answers requests, a few at a time.
 *
 * @see OWASP, Password Storage Cheat Sheet
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { FairTurns, type Turn, type Work } from "./internal/FairTurns.ts"
import type { Algorithm, PasswordHash } from "./PasswordHash.ts"

/**
 * More passwords are waiting than can be looked at in reasonable time. Nothing is known about this one; try again.
 *
 * @since 0.1.0
 */
export class PasswordsBusy extends Data.TaggedError("PasswordsBusy") {}

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
 * 3.1.1.2). They may have any length and any character.
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
     * wrong password.
     */
    readonly verify: (
      password: Redacted.Redacted<string>,
      hash: PasswordHash | undefined
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

const length = 32
const saltLength = 16
const utf8 = new TextEncoder()

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

      const derive = (password: Redacted.Redacted<string>, { algorithm, hash, salt }: PasswordHash) =>
        kdf
          .derive(algorithm, utf8.encode(Redacted.value(password).normalize("NFKC")), { salt, length: hash.length })
          .pipe(Effect.orDie)

      return Passwords.of({
        hash: Effect.fnUntraced(function* (password) {
          const salt = yield* random.randomBytes(saltLength)
          const made = derive(password, { algorithm, salt, hash: new Uint8Array(length) })
          return { algorithm, salt, hash: yield* inTurn(yield* PasswordTurn, true, made) }
        }, Effect.orDie),
        verify: (password, expected = nobody) =>
          Effect.flatMap(PasswordTurn, (turn) =>
            Effect.map(inTurn(turn, false, derive(password, expected)), (hash) =>
              Mac.timingSafeEqual(hash, expected.hash)
            )
          )
      })
    })
  )

/**
 * {@link layerWith} the cost for development.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Passwords, CryptoError.CryptoError, Kdf.Kdf | SecureRandom.SecureRandom> = layerWith({})
