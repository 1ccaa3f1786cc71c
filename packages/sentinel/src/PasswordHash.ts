/**
 * The text form of a password hash, which says how it was made: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH` or
 * `$pbkdf2-sha256$i=600000$SALT$HASH`.
 *
 * @see PHC string format, https://github.com/P-H-C/phc-string-format
 * @since 0.1.0
 */
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"

/**
 * What a hash is made with. Its cost is part of it.
 *
 * @category models
 * @since 0.1.0
 */
export type Algorithm = Kdf.Argon2id | Kdf.Pbkdf2

/**
 * A hash, taken apart.
 *
 * @category models
 * @since 0.1.0
 */
export interface PasswordHash {
  readonly algorithm: Algorithm
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

/** Base64 without padding, as PHC has it. */
const encode = (bytes: Uint8Array): string => Base64.encode(bytes).replace(/=+$/, "")
const decode = (text: string): Uint8Array | undefined =>
  Result.getOrUndefined(Base64.decode(text.padEnd(Math.ceil(text.length / 4) * 4, "=")))

const parametersOf = (algorithm: Algorithm): string =>
  algorithm._tag === "Argon2id"
    ? `argon2id$v=19$m=${algorithm.memory},t=${algorithm.passes},p=${algorithm.parallelism}`
    : `pbkdf2-sha256$i=${algorithm.iterations}`

/**
 * @category accessors
 * @since 0.1.0
 */
export const format = ({ algorithm, hash, salt }: PasswordHash): string =>
  `$${parametersOf(algorithm)}$${encode(salt)}$${encode(hash)}`

/** No salt and no hash is longer than the longest hash function's. */
const bytes = "[A-Za-z0-9+/]{1,86}"
const shape = new RegExp(
  `^\\$(?:argon2id\\$v=19\\$m=([1-9]\\d{0,8}),t=([1-9]\\d{0,8}),p=([1-9]\\d{0,8})|pbkdf2-sha256\\$i=([1-9]\\d{0,8}))\\$(${bytes})\\$(${bytes})$`
)

/**
 * The most that a hash may cost, so that nobody's login takes much more than a second of a processor, each time that somebody asks
 * for it. OWASP recommends a fraction of it.
 *
 * @category models
 * @since 0.1.0
 */
export const limits = { memory: 262_144, passes: 10, parallelism: 4, iterations: 2_000_000 } as const

/** PBKDF2 does its work once for each 32 bytes of the hash (RFC 8018 section 5.2). */
const blocksOf = ({ algorithm, hash }: PasswordHash): number =>
  algorithm._tag === "Argon2id" ? 1 : Math.ceil(hash.length / Digest.sha256.outputLength)

const isWithinLimits = (hash: PasswordHash): boolean =>
  hash.algorithm._tag === "Argon2id"
    ? hash.algorithm.memory <= limits.memory &&
      hash.algorithm.passes <= limits.passes &&
      hash.algorithm.parallelism <= limits.parallelism
    : hash.algorithm.iterations * blocksOf(hash) <= limits.iterations

/**
 * What it costs to verify a password against a hash: those with the same text cost the same.
 *
 * @category accessors
 * @since 0.1.0
 */
export const kindOf = (hash: PasswordHash): string => `${parametersOf(hash.algorithm)}*${blocksOf(hash)}`

const read = (text: string): PasswordHash | undefined => {
  const [, memory, passes, parallelism, iterations, saltText = "", hashText = ""] = shape.exec(text) ?? []
  const salt = decode(saltText)
  const hash = decode(hashText)
  // Less than RFC 9106 section 3.1 and common sense ask for is a mistake, and an empty hash would be anybody's.
  if (salt === undefined || hash === undefined || salt.length < 8 || hash.length < 16) return undefined
  if (iterations !== undefined) {
    return { algorithm: Kdf.pbkdf2({ hash: Digest.sha256, iterations: Number(iterations) }), salt, hash }
  }
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  return cost.memory < 8 * cost.parallelism ? undefined : { algorithm: Kdf.argon2id(cost), salt, hash }
}

/**
 * Why a text is no hash that can be verified; `undefined` if it is one.
 *
 * @category guards
 * @since 0.1.0
 */
export const problemOf = (text: string): string | undefined => {
  const hash = read(text)
  if (hash === undefined) {
    return "must be a hash of the form $argon2id$v=19$m=…,t=…,p=…$SALT$HASH or $pbkdf2-sha256$i=…$SALT$HASH"
  }
  return isWithinLimits(hash)
    ? undefined
    : `costs too much: at most m=${limits.memory},t=${limits.passes},p=${limits.parallelism} or i=${limits.iterations}`
}

/**
 * Reads what {@link format} writes, and what the command `argon2` and the libraries of other languages write, up to the
 * {@link limits}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (text: string): PasswordHash | undefined => {
  const hash = read(text)
  return hash !== undefined && isWithinLimits(hash) ? hash : undefined
}
