/**
 * Texts that are sealed with AES-256-GCM (NIST SP 800-38D): base64url of the nonce, the ciphertext and the tag, in this
 * order. Where the key comes from is the caller's.
 */
import * as Aead from "effect/crypto/Aead"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Base64Url from "./Base64Url.ts"

const { nonceLength } = Aead.aes256Gcm

/** Makes the functions that seal and open, with the `Aead` and the `SecureRandom` of the context. */
export const make = Effect.gen(function* () {
  const aead = yield* Aead.Aead
  const random = yield* SecureRandom.SecureRandom

  return {
    /** Seals bytes under a random nonce. They open only with the same `aad` (associated data). */
    seal: (key: Aead.Key, plaintext: Uint8Array, aad: Uint8Array): Effect.Effect<string> =>
      Effect.gen(function* () {
        const nonce = yield* random.randomBytes(nonceLength)
        const ciphertext = yield* aead.encrypt(key, plaintext, { nonce, aad })
        const bytes = new Uint8Array(nonceLength + ciphertext.length)
        bytes.set(nonce)
        bytes.set(ciphertext, nonceLength)
        return Base64Url.encode(bytes)
      }).pipe(Effect.orDie),

    /** The bytes, or none: never an error, whatever the text is. */
    open: (key: Aead.Key, text: string, aad: Uint8Array): Effect.Effect<Option.Option<Uint8Array>> =>
      Effect.suspend(() => {
        const bytes = Base64Url.decode(text)
        // The last character of base64 can have spare bits; only the one way to write them is ours.
        if (bytes === undefined || bytes.length <= nonceLength || Base64Url.encode(bytes) !== text)
          return Effect.succeedNone
        return aead.decrypt(key, bytes.slice(nonceLength), { nonce: bytes.slice(0, nonceLength), aad }).pipe(
          Effect.map(Option.some),
          Effect.catchReason("CryptoError", "DecryptionFailed", () => Effect.succeedNone),
          Effect.orDie
        )
      })
  }
})
