/**
 * Secrets that are drawn at random, and not thought up.
 *
 * @since 0.1.0
 */
import type * as Digest from "effect/crypto/Digest"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Secrets from "./internal/session/Secrets.ts"

/** The size of the alphabet that a text was drawn from at random. */
const alphabetOf = (text: string): number => {
  if (/^\d+$/.test(text)) return 10
  if (/^(?:[\da-f]+|[\dA-F]+)$/.test(text)) return 16
  if (/^(?:[a-z]+|[A-Z]+)$/.test(text)) return 26
  if (/^(?:[\da-z]+|[\dA-Z]+)$/.test(text)) return 32
  return 64
}

/** A text drawn at random very rarely has fewer different characters. */
const fewestCharacters = 8

/**
 * Whether a text has fewer random bits than `bits`: it is too short for its alphabet, or repeats a few characters. A
 * long text that a person thought up passes.
 *
 * @example
 * ```ts
 * import * as RandomSecret from "@le-auth/sentinel/RandomSecret"
 *
 * RandomSecret.canBeGuessed("letmein", 128) // => true
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const canBeGuessed = (text: string, bits: number): boolean =>
  text.length * Math.log2(alphabetOf(text)) < bits || new Set(text).size < fewestCharacters

/**
 * Draws a secret of 256 bits: 43 characters of base64url.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<
  Redacted.Redacted<string>,
  never,
  Digest.Digest | SecureRandom.SecureRandom
> = Effect.flatMap(Secrets.make, (secrets) => Effect.map(secrets.make, (secret) => Redacted.make(secret)))
