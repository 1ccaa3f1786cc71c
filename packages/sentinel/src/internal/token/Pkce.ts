/** Proof Key for Code Exchange (RFC 7636), with the method S256 only. **Not LivePerson.** */
import * as Patterns from "@le-auth/core/shared/Patterns"
import * as TextDigest from "@le-auth/core/shared/TextDigest"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"

/** A malformed verifier fits no challenge, and no challenge is this short (RFC 7636 section 4.1). */
const fitsNone = "malformed"

/**
 * Whether a text is a challenge of the method S256: 43 characters of base64url.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.2 RFC 7636 section 4.2}
 */
export const isChallenge = (text: string): boolean => Patterns.bits256.test(text)

/**
 * Computes the challenge of a verifier: BASE64URL(SHA256(ASCII(verifier))).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.6 RFC 7636 section 4.6}
 */
export const makeChallenge: Effect.Effect<(verifier: string) => Effect.Effect<string>, never, Digest.Digest> =
  Effect.map(Digest.Digest, (digest) => {
    const hash = TextDigest.of(digest)
    return (verifier: string) =>
      Patterns.codeVerifier.test(verifier) ? hash(Digest.sha256, verifier, "base64url") : Effect.succeed(fitsNone)
  })
