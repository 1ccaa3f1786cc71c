/** Proof Key for Code Exchange (RFC 7636), with the method S256 only. **Not LivePerson.** */
import * as Base64Url from "@le-auth/core/shared/Base64Url"
import * as Patterns from "@le-auth/core/shared/Patterns"
import * as Utf8 from "@le-auth/core/shared/Utf8"
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
  Effect.map(
    Digest.Digest,
    (digest) => (verifier: string) =>
      Patterns.codeVerifier.test(verifier)
        ? Effect.map(digest.digest(Digest.sha256, Utf8.encode(verifier)), Base64Url.encode)
        : Effect.succeed(fitsNone)
  )
