/**
 * The cryptography that a sign-in needs, from Node.
 *
 * @since 0.1.0
 */
import * as PlatformCrypto from "@effect/platform-node/NodeCrypto"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createPublicKey, hash, type KeyObject, randomBytes, randomFillSync, verify } from "node:crypto"

const keyObjects = new WeakMap<Signature.PublicKey, KeyObject>()

const keyObjectOf = (publicKey: Signature.PublicKey) => {
  const known = keyObjects.get(publicKey)
  return known !== undefined
    ? Effect.succeed(known)
    : Effect.map(Signature.toBytes(publicKey), (bytes) => {
        const key = createPublicKey({ key: Buffer.from(bytes), format: "der", type: "spki" })
        keyObjects.set(publicKey, key)
        return key
      })
}

/**
 * `Signature` that verifies RSA signatures (PKCS #1 v1.5, the algorithm of id_tokens) with `node:crypto`, and leaves all else
 * to WebCrypto. WebCrypto hands each verification to another thread, which takes four times as long as the verification.
 *
 * @since 0.1.0
 */
export const layerSignature: Layer.Layer<Signature.Signature> = Layer.effect(
  Signature.Signature,
  Effect.map(Signature.Signature, (webCrypto) => ({
    ...webCrypto,
    verify: (publicKey, signature, data) => {
      const { algorithm } = publicKey
      return algorithm._tag === "RsaPkcs1v15"
        ? Effect.map(keyObjectOf(publicKey), (key) => verify(algorithm.hash.name, data, key, signature))
        : webCrypto.verify(publicKey, signature, data)
    }
  }))
).pipe(Layer.provide(PlatformCrypto.layerSignature))

const bytesOf = (binary: string): Uint8Array => {
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
  return bytes
}

/**
 * `Digest` by Node's one-shot hash, which needs half the time of a hash object.
 *
 * @since 0.1.0
 */
export const layerDigest: Layer.Layer<Digest.Digest> = Layer.succeed(Digest.Digest, {
  // As text first: a buffer of its own costs three times the hash.
  digest: (algorithm, data) => Effect.sync(() => bytesOf(hash(algorithm.name, data, "binary"))),
  digestHex: (algorithm, data) => Effect.sync(() => hash(algorithm.name, data, "hex"))
})

const poolSize = 16_384

/**
 * `SecureRandom` from Node's generator, drawn 16 KiB at a time: many small draws cost 20 times as much. What is handed out is
 * a copy, so nobody sees the rest of the pool through its buffer.
 *
 * @since 0.1.0
 */
export const layerSecureRandom: Layer.Layer<SecureRandom.SecureRandom> = Layer.sync(SecureRandom.SecureRandom, () => {
  let pool = new Uint8Array(0)
  let used = 0
  return SecureRandom.make((size) => {
    if (size > poolSize / 16) return new Uint8Array(randomBytes(size))
    if (used + size > pool.length) {
      pool = randomFillSync(new Uint8Array(poolSize))
      used = 0
    }
    used += size
    return pool.slice(used - size, used)
  })
})

/**
 * Random state, the hash that names a sign-in's record, and the signature of the id_token.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Digest.Digest | SecureRandom.SecureRandom | Signature.Signature> = Layer.mergeAll(
  layerDigest,
  layerSecureRandom,
  layerSignature
)
