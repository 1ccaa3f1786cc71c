/**
 * The keys that sign id_tokens (RS256, RFC 7518 section 3.3), and their public halves (RFC 7517).
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import * as KeyFormat from "effect/crypto/KeyFormat"
import * as Signature from "effect/crypto/Signature"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Hex from "effect/encoding/Hex"
import * as Layer from "effect/Layer"

/**
 * @since 0.1.0
 */
export class SigningKeys extends Context.Service<
  SigningKeys,
  {
    /** Signs claims: a JWT in compact form. */
    readonly sign: (claims: object) => Effect.Effect<string, CryptoError.CryptoError>
    /** The JWK Set as JSON text: public members only, serialised once. */
    readonly keySet: Effect.Effect<string, CryptoError.CryptoError>
  }
>()("@le-auth/sentinel/SigningKeys") {}

const rs256 = Signature.rsaPkcs1v15({ hash: Digest.sha256, modulusLength: 2048 })
const utf8 = new TextEncoder()
const json = (value: object): string => Base64Url.encode(JSON.stringify(value))

/** `22-11-26`: LivePerson's key ids end in the day on which the key was made. */
const dayOf = (now: DateTime.Utc): string => {
  const [year, month, day] = DateTime.formatIsoDateUtc(now).slice(2).split("-")
  return `${day}-${month}-${year}`
}

const generate = Effect.gen(function* () {
  const signature = yield* Signature.Signature
  const digest = yield* Digest.Digest
  const pair = yield* signature.generateKeyPair(rs256)
  const { e, n } = yield* KeyFormat.encode(KeyFormat.jwk, pair.publicKey)
  // The day alone is not enough: a second start on the same day makes another key, and clients remember keys by their id.
  const thumbprint = yield* digest.digest(Digest.sha256, utf8.encode(JSON.stringify({ e, kty: "RSA", n })))
  const kid = `idtoken-${dayOf(yield* DateTime.now)}-${Hex.encode(thumbprint.subarray(0, 4))}`
  const header = json({ kid, typ: "JWT", alg: "RS256" })
  return {
    keySet: JSON.stringify({ keys: [{ kty: "RSA", use: "sig", alg: "RS256", kid, n, e }] }),
    sign: (claims: object) => {
      const signed = `${header}.${json(claims)}`
      return Effect.map(
        signature.sign(pair.privateKey, utf8.encode(signed)),
        (bytes) => `${signed}.${Base64Url.encode(bytes)}`
      )
    }
  }
})

/**
 * One RSA key of 2048 bits, made when the layer is built and gone when the process ends.
 *
 * It is made in the background, so that a server can answer before it is there.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<SigningKeys, never, Signature.Signature | Digest.Digest> = Layer.effect(
  SigningKeys,
  Effect.gen(function* () {
    const context = yield* Effect.context<Signature.Signature | Digest.Digest>()
    const key = yield* Effect.cached(Effect.provideContext(generate, context))
    yield* Effect.forkScoped(Effect.ignore(key))
    return SigningKeys.of({
      sign: (claims) => Effect.flatMap(key, (key) => key.sign(claims)),
      keySet: Effect.map(key, (key) => key.keySet)
    })
  })
)
