import { assert, describe, it } from "@effect/vitest"
import * as PlatformCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as Aead from "effect/crypto/Aead"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as KeyFormat from "effect/crypto/KeyFormat"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"

const text = (value: string) => new TextEncoder().encode(value)
const ours = Effect.provide(NodeCrypto.layerServer)
const webCrypto = Effect.provide(PlatformCrypto.layer)
const rs256 = Signature.rsaPkcs1v15({ hash: Digest.sha256, modulusLength: 2048 })

describe("NodeCrypto.layerServer", () => {
  it.effect("makes RS256 signatures that WebCrypto verifies, and verifies those that WebCrypto makes", () =>
    Effect.gen(function* () {
      const { generateKeyPair, sign, verify } = yield* Signature.Signature
      const other = yield* webCrypto(Signature.Signature)
      const { privateKey, publicKey } = yield* generateKeyPair(rs256)
      const signature = yield* sign(privateKey, text("claims"))
      assert.isTrue(yield* other.verify(publicKey, signature, text("claims")))
      assert.deepStrictEqual(
        Hex.encode(yield* other.sign(privateKey, text("claims"))),
        Hex.encode(signature),
        "PKCS #1 v1.5 has one signature for each text"
      )
      assert.isTrue(yield* verify(publicKey, signature, text("claims")))
      assert.isFalse(yield* verify(publicKey, signature, text("other claims")))
      assert.isFalse(yield* verify(publicKey, signature.subarray(1), text("claims")))
      const { publicKey: foreign } = yield* generateKeyPair(rs256)
      assert.isFalse(yield* verify(foreign, signature, text("claims")))
    }).pipe(ours)
  )

  it.effect("leaves the other algorithms to WebCrypto", () =>
    Effect.gen(function* () {
      const { generateKeyPair, sign, verify } = yield* Signature.Signature
      const { privateKey, publicKey } = yield* generateKeyPair(Signature.ecdsaP256)
      const signature = yield* sign(privateKey, text("claims"))
      assert.strictEqual(signature.length, 64)
      assert.isTrue(yield* verify(publicKey, signature, text("claims")))
    }).pipe(ours)
  )

  it.effect("derives with HKDF what WebCrypto derives, and refuses what it refuses", () =>
    Effect.gen(function* () {
      const { derive } = yield* Kdf.Kdf
      const other = yield* webCrypto(Kdf.Kdf)
      for (const options of [
        { salt: text(""), info: text("le-auth"), length: 6 },
        { salt: text("salt"), length: 32 },
        { salt: text("salt"), length: 255 * 32 }
      ]) {
        for (const algorithm of [Kdf.hkdfSha256, Kdf.hkdfSha512]) {
          assert.deepStrictEqual(
            Hex.encode(yield* derive(algorithm, text("secret"), options)),
            Hex.encode(yield* other.derive(algorithm, text("secret"), options))
          )
        }
      }
      for (const length of [0, -1, 1.5, 255 * 32 + 1]) {
        const error = yield* Effect.flip(derive(Kdf.hkdfSha256, text("secret"), { salt: text(""), length }))
        assert.strictEqual(error.reason._tag, "InvalidArgument")
      }
    }).pipe(ours)
  )

  it.effect("has the tags of RFC 4231, case 2", () =>
    Effect.gen(function* () {
      const { sign, verify } = yield* Mac.Mac
      const data = text("what do ya want for nothing?")
      const key = yield* Mac.key(Mac.hmacSha256, text("Jefe"))
      const tag = yield* sign(key, data)
      assert.strictEqual(Hex.encode(tag), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
      assert.isTrue(yield* verify(key, tag, data))
      assert.isFalse(yield* verify(key, tag.subarray(1), data))
      const long = yield* sign(yield* Mac.key(Mac.hmacSha512, text("Jefe")), data)
      assert.strictEqual(long.length, 64)
      assert.isTrue(Hex.encode(long).startsWith("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"))
    }).pipe(ours)
  )

  for (const algorithm of [Aead.aes128Gcm, Aead.aes256Gcm]) {
    it.effect(`${algorithm.name} opens what WebCrypto sealed, the reverse, and nothing that was touched`, () =>
      Effect.gen(function* () {
        const aead = yield* Aead.Aead
        const other = yield* webCrypto(Aead.Aead)
        const key = yield* aead.generateKey(algorithm)
        const options = { nonce: yield* (yield* SecureRandom.SecureRandom).randomBytes(12), aad: text("browser") }
        const plain = text("a ticket, longer than one block of the cipher")
        const sealed = yield* aead.encrypt(key, plain, options)
        assert.deepStrictEqual(sealed, yield* other.encrypt(key, plain, options))
        assert.deepStrictEqual(yield* aead.decrypt(key, sealed, options), plain)
        for (const index of [0, sealed.length - 1]) {
          const touched = sealed.slice()
          touched[index]! ^= 1
          const { reason } = yield* Effect.flip(aead.decrypt(key, touched, options))
          assert.strictEqual(reason._tag, "DecryptionFailed")
        }
        const elsewhere = yield* Effect.flip(aead.decrypt(key, sealed, { ...options, aad: text("another") }))
        assert.strictEqual(elsewhere.reason._tag, "DecryptionFailed")
        assert.strictEqual(
          (yield* Effect.flip(aead.decrypt(key, sealed.subarray(0, 15), options))).reason._tag,
          "DecryptionFailed"
        )
        assert.deepStrictEqual(yield* aead.decrypt(key, yield* aead.encrypt(key, text(""), options), options), text(""))
      }).pipe(ours)
    )
  }

  it.effect("verifies with the public half as it is published", () =>
    Effect.gen(function* () {
      const { generateKeyPair, sign, verify } = yield* Signature.Signature
      const { privateKey, publicKey } = yield* generateKeyPair(rs256)
      const jwk = yield* KeyFormat.encode(KeyFormat.jwk, publicKey)
      const published = yield* KeyFormat.decodePublic(KeyFormat.jwk, rs256, jwk)
      assert.isTrue(yield* verify(published, yield* sign(privateKey, text("claims")), text("claims")))
    }).pipe(ours)
  )

  it.effect("K2: makes and verifies both HMACs of webhooks as WebCrypto does", () =>
    Effect.gen(function* () {
      const mac = yield* Mac.Mac
      const other = yield* webCrypto(Mac.Mac)
      for (const algorithm of [Mac.hmacSha1, Mac.hmacSha256]) {
        const key = yield* Mac.key(algorithm, text("a secret"))
        const tag = yield* mac.sign(key, text("body"))
        assert.deepStrictEqual(tag, yield* other.sign(key, text("body")))
        assert.isTrue(yield* mac.verify(key, tag, text("body")))
        assert.isFalse(yield* mac.verify(key, tag, text("Body")))
        assert.isFalse(yield* mac.verify(key, tag.subarray(1), text("body")))
      }
    }).pipe(Effect.provide(NodeCrypto.layer))
  )
})
