/** Makes the random texts that Sentinel gives out, and the hashes under which it remembers them. */
import * as Base64Url from "@le-auth/core/shared/Base64Url"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"

export interface Secrets {
  /** 256 random bits in 43 URL-safe characters (RFC 6749 section 10.10 asks for at least 128 bits). */
  readonly make: Effect.Effect<string>
  /** SHA-256 in hexadecimal. A store knows a secret by this only. */
  readonly hash: (secret: string) => Effect.Effect<string>
}

export const make: Effect.Effect<Secrets, never, Digest.Digest | SecureRandom.SecureRandom> = Effect.gen(function* () {
  const digest = yield* Digest.Digest
  const random = yield* SecureRandom.SecureRandom
  return {
    make: Effect.map(random.randomBytes(32), Base64Url.encode),
    hash: (secret) => digest.digestHex(Digest.sha256, Utf8.encode(secret))
  }
})
