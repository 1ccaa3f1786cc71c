/**
 * Proof Key for Code Exchange (RFC 7636), with the method S256 only. **Not LivePerson.**
 *
 * @since 0.1.0
 */
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"

const utf8 = new TextEncoder()

/** No challenge is this short, so that a malformed verifier fits none (RFC 7636 section 4.1). */
const fitsNone = "malformed"

/**
 * A challenge of the method S256: 43 characters of base64url (RFC 7636 section 4.2).
 *
 * @since 0.1.0
 */
export const isChallenge = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)

/**
 * Computes the challenge of a verifier: BASE64URL(SHA256(ASCII(verifier))) (RFC 7636 section 4.6).
 *
 * @since 0.1.0
 */
export const makeChallenge: Effect.Effect<(verifier: string) => Effect.Effect<string>, never, Digest.Digest> =
  Effect.map(
    Digest.Digest,
    (digest) => (verifier: string) =>
      /^[A-Za-z0-9\-._~]{43,128}$/.test(verifier)
        ? Effect.map(digest.digest(Digest.sha256, utf8.encode(verifier)), Base64Url.encode)
        : Effect.succeed(fitsNone)
  )
