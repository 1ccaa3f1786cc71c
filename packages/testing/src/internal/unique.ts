/** Names that no other run of a case uses, since an adapter's data may last. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

const urlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

const text = (alphabet: string, length: number): Effect.Effect<string> =>
  Effect.map(
    Effect.forEach(Array.from({ length }), () => Random.nextIntBetween(0, alphabet.length, { halfOpen: true })),
    (indices) => indices.map((index) => alphabet[index]).join("")
  )

/** A key as `SignIn` makes it: 43 URL-safe characters. */
export const transactionId = text(urlSafe, 43)

/** The name of a set of tokens: 128 random bits in base64url. */
export const generationText = text(urlSafe, 22)

/** The hash of a secret as Sentinel keeps it: 64 hexadecimal characters. */
export const hash = text("0123456789abcdef", 64)

/** An account id that no other case has. */
export const accountText = Effect.map(text("0123456789abcdef", 12), (suffix) => `le${suffix}`)
