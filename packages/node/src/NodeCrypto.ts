/**
 * The cryptography that a sign-in needs, from Node.
 *
 * @since 0.1.0
 */
import * as PlatformCrypto from "@effect/platform-node/NodeCrypto"
import * as TextDigest from "@le-auth/core/shared/TextDigest"
import * as Aead from "effect/crypto/Aead"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  randomFillSync,
  sign,
  verify
} from "node:crypto"

const opensslNames: Readonly<Record<string, string>> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512"
}

/** OpenSSL's own name of a hash. Node takes others for it, Deno does not. */
const nameOf = (name: string): string => opensslNames[name] ?? name

const keyObjects = new WeakMap<Signature.PrivateKey | Signature.PublicKey, KeyObject>()

const keyObjectOf = (key: Signature.PrivateKey | Signature.PublicKey) => {
  const known = keyObjects.get(key)
  return known !== undefined
    ? Effect.succeed(known)
    : Effect.map(Signature.toBytes(key), (bytes) => {
        const der = Buffer.from(bytes)
        const made = Signature.isPrivateKey(key)
          ? createPrivateKey({ key: der, format: "der", type: "pkcs8" })
          : createPublicKey({ key: der, format: "der", type: "spki" })
        keyObjects.set(key, made)
        return made
      })
}

/**
 * `Signature` that makes and verifies RSA signatures (PKCS #1 v1.5, the algorithm of id_tokens) with `node:crypto`, and
 * leaves all else to WebCrypto. WebCrypto hands each signature to another thread, which takes four times as long as to
 * verify it.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as KeySets from "@le-auth/core/KeySets"
 * import * as Layer from "effect/Layer"
 *
 * const keys = Layer.merge(KeySets.layer, NodeCrypto.layerSignature)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSignature: Layer.Layer<Signature.Signature> = Layer.effect(
  Signature.Signature,
  Effect.map(Signature.Signature, (webCrypto) => ({
    ...webCrypto,
    sign: (privateKey, data) => {
      const { algorithm } = privateKey
      return algorithm._tag === "RsaPkcs1v15"
        ? Effect.map(keyObjectOf(privateKey), (key) => sign(nameOf(algorithm.hash.name), data, key))
        : webCrypto.sign(privateKey, data)
    },
    verify: (publicKey, signature, data) => {
      const { algorithm } = publicKey
      return algorithm._tag === "RsaPkcs1v15"
        ? Effect.map(keyObjectOf(publicKey), (key) => verify(nameOf(algorithm.hash.name), data, key, signature))
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
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as Digest from "effect/crypto/Digest"
 * import * as Hex from "effect/encoding/Hex"
 * import * as Effect from "effect/Effect"
 *
 * const hash = Digest.Digest.use((digest) => digest.digest(Digest.sha256, new Uint8Array())).pipe(
 *   Effect.map((bytes) => Hex.encode(bytes).slice(0, 8)),
 *   Effect.provide(NodeCrypto.layerDigest)
 * )
 * Effect.runSync(hash) // => "e3b0c442"
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerDigest: Layer.Layer<Digest.Digest> = Layer.sync(Digest.Digest, () =>
  TextDigest.register(
    {
      // As text first: a buffer of its own costs three times the hash.
      digest: (algorithm, data) => Effect.sync(() => bytesOf(hash(nameOf(algorithm.name), data, "binary"))),
      digestHex: (algorithm, data) => Effect.sync(() => hash(nameOf(algorithm.name), data, "hex"))
    },
    ({ name }, text, form) => hash(nameOf(name), text, form)
  )
)

const poolSize = 16_384

/**
 * `SecureRandom` from Node's generator, drawn 16 KiB at a time: many small draws cost 20 times as much. What is handed
 * out is a copy, so the rest of the pool cannot be seen through its buffer, and the pool keeps nothing of it.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as SecureRandom from "effect/crypto/SecureRandom"
 * import * as Effect from "effect/Effect"
 *
 * const bytes = SecureRandom.SecureRandom.use((random) => random.randomBytes(32)).pipe(
 *   Effect.provide(NodeCrypto.layerSecureRandom)
 * )
 * Effect.runSync(bytes).length // => 32
 * ```
 *
 * @category layers
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
    const drawn = pool.slice(used, used + size)
    pool.fill(0, used, used + size)
    used += size
    return drawn
  })
})

/**
 * `Mac` by Node's HMAC.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as Layer from "effect/Layer"
 *
 * const forLoginTickets = Layer.merge(NodeCrypto.layerMac, NodeCrypto.layerSecureRandom)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMac: Layer.Layer<Mac.Mac> = Mac.layerWebCryptoWith({
  // Node finds out by an exception that bytes are not a key object, which costs five times the HMAC: so it is given
  // one.
  hmac: (name, key, data) => bytesOf(createHmac(nameOf(name), createSecretKey(key)).update(data).digest("binary"))
}).pipe(Layer.provide(layerSecureRandom))

const tagLength = 16

const aesGcm = (cipherName: "aes-128-gcm" | "aes-256-gcm"): Aead.Implementation => ({
  encrypt: (key, nonce, plaintext, aad) => {
    const cipher = createCipheriv(cipherName, createSecretKey(key), nonce, { authTagLength: tagLength }).setAAD(aad)
    const parts = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]
    return new Uint8Array(Buffer.concat(parts))
  },
  decrypt: (key, nonce, ciphertext, aad) => {
    const end = ciphertext.length - tagLength
    const decipher = createDecipheriv(cipherName, createSecretKey(key), nonce, { authTagLength: tagLength })
      .setAAD(aad)
      .setAuthTag(ciphertext.subarray(end))
    const plaintext = decipher.update(ciphertext.subarray(0, end))
    try {
      decipher.final()
      return new Uint8Array(plaintext)
    } catch {
      // It throws if the tag is wrong, and only then.
      plaintext.fill(0)
      return undefined
    }
  }
})

/**
 * `Aead` whose AES-GCM is Node's, without the way to another thread.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as Layer from "effect/Layer"
 *
 * const forSealing = Layer.merge(NodeCrypto.layerAead, NodeCrypto.layerKdf)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAead: Layer.Layer<Aead.Aead> = Aead.layerWebCryptoWith({
  implementations: { aes128Gcm: aesGcm("aes-128-gcm"), aes256Gcm: aesGcm("aes-256-gcm") }
}).pipe(Layer.provide(layerSecureRandom))

/**
 * `Kdf` whose HKDF is Node's, and which leaves all else to WebCrypto: to load that takes longer than to derive a key.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as Layer from "effect/Layer"
 *
 * const forSealing = Layer.merge(NodeCrypto.layerAead, NodeCrypto.layerKdf)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerKdf: Layer.Layer<Kdf.Kdf> = Layer.effect(
  Kdf.Kdf,
  Effect.map(Kdf.Kdf, (webCrypto) => ({
    derive: (algorithm, secret, options) => {
      const isSimple =
        algorithm._tag === "Hkdf" &&
        algorithm.hash.name.startsWith("SHA-") &&
        Number.isSafeInteger(options.length) &&
        options.length >= 1 &&
        options.length <= 255 * algorithm.hash.outputLength
      if (!isSimple) return webCrypto.derive(algorithm, secret, options)
      const { info = new Uint8Array(0), length, salt } = options
      return Effect.sync(() => new Uint8Array(hkdfSync(nameOf(algorithm.hash.name), secret, salt, info, length)))
    }
  }))
).pipe(Layer.provide(PlatformCrypto.layerKdf))

/**
 * All that seals and opens what is kept at rest, see `Seal` of `@le-auth/core`.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as Seal from "@le-auth/core/Seal"
 * import * as Layer from "effect/Layer"
 *
 * const seal = Layer.provide(Seal.layerConfig, NodeCrypto.layerSeal)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSeal: Layer.Layer<Aead.Aead | Kdf.Kdf | SecureRandom.SecureRandom> = Layer.mergeAll(
  layerAead,
  layerKdf,
  layerSecureRandom
)

/**
 * The cryptography of a sign-in: the random state, the hash that names its record, and the signature of the id_token;
 * and that of the webhooks that LivePerson sends in.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as FetchHttp from "@le-auth/core/FetchHttp"
 * import * as SentinelClient from "@le-auth/core/SentinelClient"
 * import * as Layer from "effect/Layer"
 *
 * const calls = SentinelClient.layer.pipe(Layer.provide(FetchHttp.layer), Layer.provideMerge(NodeCrypto.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Digest.Digest | Mac.Mac | SecureRandom.SecureRandom | Signature.Signature> =
  Layer.mergeAll(layerDigest, layerMac, layerSecureRandom, layerSignature)

/**
 * All that a Sentinel on Node needs ({@link layer}, and what protects its login page), without a thread for each
 * signature. Only what must be slow, the hash of a password, is left to other threads.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as Sentinel from "@le-auth/sentinel/Sentinel"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as Layer from "effect/Layer"
 *
 * const sentinel = Sentinel.layerServer.pipe(
 *   Layer.provide(Sentinel.layerMemory(SentinelConfig.development())),
 *   Layer.provide(NodeCrypto.layerServer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerServer: Layer.Layer<
  Aead.Aead | Digest.Digest | Kdf.Kdf | Mac.Mac | SecureRandom.SecureRandom | Signature.Signature
> = Layer.mergeAll(layer, layerAead, layerKdf)
