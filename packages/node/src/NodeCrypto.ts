/**
 * The cryptography that a sign-in needs, from Node.
 *
 * @since 0.1.0
 */
import * as PlatformCrypto from "@effect/platform-node/NodeCrypto"
import type * as Digest from "effect/crypto/Digest"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import type * as Signature from "effect/crypto/Signature"
import * as Layer from "effect/Layer"

/**
 * Random state, the hash that names a sign-in's record, and the signature of the id_token.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Digest.Digest | SecureRandom.SecureRandom | Signature.Signature> = Layer.mergeAll(
  PlatformCrypto.layerDigest,
  PlatformCrypto.layerSecureRandom,
  PlatformCrypto.layerSignature
)
