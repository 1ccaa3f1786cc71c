/**
 * Proof Key for Code Exchange (RFC 7636), with the method S256 only. **Not LivePerson.**
 *
 * @since 0.1.0
 */
import * as Base64Url from "@le-auth/core/shared/Base64Url"
import * as Patterns from "@le-auth/core/shared/Patterns"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"

/** No challenge is this short, so that a malformed verifier fits none (RFC 7636 section 4.1). */
const fitsNone = "malformed"

/**
 * A challenge of the method S256: 43 characters of base64url (RFC 7636 section 4.2).
 *
 * @since 0.1.0
 */
export const isChallenge = (text: string): boolean => Patterns.bits256.test(text)

/**
 * Computes the challenge of a verifier: BASE64URL(SHA256(ASCII(verifier))) (RFC 7636 section 4.6).
 *
 * @since 0.1.0
 */
export const makeChallenge: Effect.Effect<(verifier: string) => Effect.Effect<string>, never, Digest.Digest> =
  Effect.map(
    Digest.Digest,
    (digest) => (verifier: string) =>
      Patterns.codeVerifier.test(verifier)
        ? Effect.map(digest.digest(Digest.sha256, Utf8.encode(verifier)), Base64Url.encode)
        : Effect.succeed(fitsNone)
  )
