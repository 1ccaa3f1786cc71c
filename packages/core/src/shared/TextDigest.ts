/**
 * Hashes of texts, as texts: names of records, challenges of PKCE.
 *
 * A `Digest` takes bytes and gives bytes. Where the platform goes from text to text by itself, the arrays in between
 * cost as much as the hash, so such a `Digest` is known here with its way.
 */
import type * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Base64Url from "./Base64Url.ts"
import * as Utf8 from "./Utf8.ts"

type Service = Digest.Digest["Service"]

/** How a hash is written. */
export type Form = "hex" | "base64url"

/** From text to text. */
export type Hash = (algorithm: Digest.Algorithm, text: string, form: Form) => string

/** By the service itself, so that one that was made from it, with another hash, does not get this way. */
const known = new WeakMap<Service, Hash>()

/** A `Digest` that hashes texts in a way of its own; it must give what the `Digest` gives. */
export const register = (digest: Service, hash: Hash): Service => {
  known.set(digest, hash)
  return digest
}

/** Hashes texts by a `Digest`. */
export const of = (
  digest: Service
): ((algorithm: Digest.Algorithm, text: string, form: Form) => Effect.Effect<string>) => {
  const hash = known.get(digest)
  // A hash is always the same, so it is there at once: an effect of its own would be one more step.
  if (hash !== undefined) return (algorithm, text, form) => Effect.succeed(hash(algorithm, text, form))
  return (algorithm, text, form) =>
    form === "hex"
      ? digest.digestHex(algorithm, Utf8.encode(text))
      : Effect.map(digest.digest(algorithm, Utf8.encode(text)), Base64Url.encode)
}
