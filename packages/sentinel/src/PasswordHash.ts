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
 * @since 0.1.0
 */
export type Algorithm = Kdf.Argon2id | Kdf.Pbkdf2

/**
 * A hash, taken apart.
 *
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
 * @since 0.1.0
 */
export const format = ({ algorithm, hash, salt }: PasswordHash): string =>
  `$${parametersOf(algorithm)}$${encode(salt)}$${encode(hash)}`

const shape =
  /^\$(?:argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d{0,3}),p=([1-9]\d{0,1})|pbkdf2-sha256\$i=([1-9]\d{0,7}))\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/**
 * Reads what {@link format} writes, and what the command `argon2` and the libraries of other languages write. The cost is
 * bounded, so that no configuration can stop the computer: 10 GB of memory, 9999 passes, 99,999,999 iterations.
 *
 * @since 0.1.0
 */
export const parse = (text: string): PasswordHash | undefined => {
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
