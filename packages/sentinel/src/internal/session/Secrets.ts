/** Makes the random texts that Sentinel gives out, and the hashes under which it remembers them. */
import * as Base64Url from "@le-auth/core/shared/Base64Url"
import * as TextDigest from "@le-auth/core/shared/TextDigest"
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
  const hash = TextDigest.of(yield* Digest.Digest)
  const random = yield* SecureRandom.SecureRandom
  return {
    make: Effect.map(random.randomBytes(32), Base64Url.encode),
    hash: (secret) => hash(Digest.sha256, secret, "hex")
  }
})
