/**
 * The tokens that are given out together.
 *
 * @since 0.1.0
 */
import * as Utf8 from "@le-auth/core/Utf8"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"

/**
 * Opaque texts, as long as LivePerson's: 64 and 146 hexadecimal characters.
 *
 * @since 0.1.0
 */
export interface TokenSet {
  readonly accessToken: string
  readonly refreshToken: string
}

/**
 * @since 0.1.0
 */
export interface TokenSets {
  /** For a code. */
  readonly random: Effect.Effect<TokenSet>
  /**
   * The successors of a refresh token: HMAC-SHA-512 of a random seed, keyed with the token.
   *
   * The store keeps the seed, so that a client that lost the answer gets the identical one again, though no token was kept.
   * The seed alone is worth nothing, and neither is an old token alone.
   */
  readonly successors: (refreshToken: string, seed: string) => Effect.Effect<TokenSet>
  readonly seed: Effect.Effect<string>
}

const accessLength = 32
const refreshLength = 73

/**
 * @since 0.1.0
 */
export const make: Effect.Effect<TokenSets, never, Mac.Mac | SecureRandom.SecureRandom> = Effect.gen(function* () {
  const mac = yield* Mac.Mac
  const random = yield* SecureRandom.SecureRandom

  const cut = (bytes: Uint8Array): TokenSet => ({
    accessToken: Hex.encode(bytes.subarray(0, accessLength)),
    refreshToken: Hex.encode(bytes.subarray(accessLength, accessLength + refreshLength))
  })

  return {
    random: Effect.map(random.randomBytes(accessLength + refreshLength), cut),
    successors: Effect.fnUntraced(function* (refreshToken, seed) {
      const key = yield* Mac.key(Mac.hmacSha512, Utf8.encode(refreshToken))
      const bytes = new Uint8Array(128)
      bytes.set(yield* mac.sign(key, Utf8.encode(`1${seed}`)))
      bytes.set(yield* mac.sign(key, Utf8.encode(`2${seed}`)), 64)
      return cut(bytes)
    }, Effect.orDie),
    seed: Effect.map(random.randomBytes(32), Hex.encode)
  }
})
