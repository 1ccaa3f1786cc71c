/** The tokens of one answer. */
import * as TextDigest from "@le-auth/core/shared/TextDigest"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"

/** Opaque texts, as long as LivePerson's: 64 and 146 hexadecimal characters. */
export interface TokenSet {
  readonly accessToken: string
  readonly refreshToken: string
}

/** Derives tokens. */
export interface TokenSets {
  /**
   * The successors of a code or a refresh token: SHA-512 of a number, the secret and a random seed. Each part has its
   * length, so that no two inputs are alike and none continues another; for such inputs a hash is as good as an HMAC,
   * at a tenth of its cost.
   *
   * The store keeps the seed, so that a client that lost the answer gets the identical one again, though no token was
   * kept. The seed alone is worth nothing, and neither is an old token or a code alone.
   */
  readonly successors: (secret: string, seed: string) => Effect.Effect<TokenSet>
  readonly seed: Effect.Effect<string>
}

/** Hexadecimal characters. */
const accessLength = 64
const refreshLength = 146

export const make: Effect.Effect<TokenSets, never, Digest.Digest | SecureRandom.SecureRandom> = Effect.gen(
  function* () {
    const digest = TextDigest.of(yield* Digest.Digest)
    const random = yield* SecureRandom.SecureRandom

    const hash = (text: string) => digest(Digest.sha512, text, "hex")
    const cut = (text: string): TokenSet => ({
      accessToken: text.slice(0, accessLength),
      refreshToken: text.slice(accessLength, accessLength + refreshLength)
    })

    return {
      successors: (secret, seed) =>
        Effect.flatMapEager(hash(`1${secret}${seed}`), (first) =>
          Effect.mapEager(hash(`2${secret}${seed}`), (second) => cut(first + second))
        ),
      seed: Effect.map(random.randomBytes(32), Hex.encode)
    }
  }
)
