/**
 * The text form of a password hash, which says how it was made: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH` or
 * `$pbkdf2-sha256$i=600000$SALT$HASH`.
 *
 * @see {@link https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md PHC string format}
 * @since 0.1.0
 */
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"

/**
 * How a hash is made, with its cost: argon2id or PBKDF2.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9106#section-3.1 RFC 9106 section 3.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8018#section-5.2 RFC 8018 section 5.2}
 * @category models
 * @since 0.1.0
 */
export type Algorithm = Kdf.Argon2id | Kdf.Pbkdf2

/**
 * A password hash with what is needed to verify a password against it.
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
 * Writes a hash as text. {@link parse} reads it.
 *
 * @category accessors
 * @since 0.1.0
 */
export const format = ({ algorithm, hash, salt }: PasswordHash): string =>
  `$${parametersOf(algorithm)}$${encode(salt)}$${encode(hash)}`

/** At most as long as the result of the longest hash function. */
const bytes = "[A-Za-z0-9+/]{1,86}"
const shape = new RegExp(
  `^\\$(?:argon2id\\$v=19\\$m=([1-9]\\d{0,8}),t=([1-9]\\d{0,8}),p=([1-9]\\d{0,8})|pbkdf2-sha256\\$i=([1-9]\\d{0,8}))\\$(${bytes})\\$(${bytes})$`
)

/**
 * The most that a hash may cost: `memory` in KiB, `passes`, `parallelism`, and `iterations` of PBKDF2. A login with
 * such a hash takes about a second of a processor. OWASP recommends a fraction of it.
 *
 * @see {@link https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html OWASP, Password Storage}
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
 * The kind of a hash: its algorithm and cost, as text. To verify a password against hashes of one kind takes the same
 * time.
 *
 * @category accessors
 * @since 0.1.0
 */
export const kindOf = (hash: PasswordHash): string => `${parametersOf(hash.algorithm)}*${blocksOf(hash)}`

const read = (text: string): PasswordHash | undefined => {
  const [, memory, passes, parallelism, iterations, saltText = "", hashText = ""] = shape.exec(text) ?? []
  const salt = decode(saltText)
  const hash = decode(hashText)
  // Less than RFC 9106 section 3.1 asks for is a mistake, and every password would match an empty hash.
  if (salt === undefined || hash === undefined || salt.length < 8 || hash.length < 16) return undefined
  if (iterations !== undefined) {
    return { algorithm: Kdf.pbkdf2({ hash: Digest.sha256, iterations: Number(iterations) }), salt, hash }
  }
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  return cost.memory < 8 * cost.parallelism ? undefined : { algorithm: Kdf.argon2id(cost), salt, hash }
}

/**
 * Why a text is not a hash that can be verified; `undefined` if it is.
 *
 * @example
 * ```ts
 * import * as PasswordHash from "@le-auth/sentinel/PasswordHash"
 *
 * PasswordHash.problemOf("$pbkdf2-sha256$i=600000$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA") // => undefined
 * ```
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
 * Reads what {@link format} writes, and what the command `argon2` and libraries of other languages write. `undefined`
 * if the text is not a hash, or costs more than the {@link limits}; {@link problemOf} says which.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parse = (text: string): PasswordHash | undefined => {
  const hash = read(text)
  return hash !== undefined && isWithinLimits(hash) ? hash : undefined
}
