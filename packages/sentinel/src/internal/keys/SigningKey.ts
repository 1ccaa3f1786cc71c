/** One RSA key that signs id_tokens and app tokens (RS256, RFC 7518 section 3.3). */
import * as Base64Url from "@le-auth/core/shared/Base64Url"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Clock from "effect/Clock"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import * as KeyFormat from "effect/crypto/KeyFormat"
import * as Signature from "effect/crypto/Signature"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/**
 * A key pair that signs, and its public half. It has an id for each kind of token, as LivePerson's keys do, and is
 * published under both: one pair is kept, rotated and sealed, and no token of one kind passes for one of the other.
 */
export interface SigningKey {
  /** That of id_tokens. */
  readonly kid: string
  /** That of app tokens. */
  readonly appKid: string
  /** The public half (RFC 7517 section 4) under each of its ids, as JSON texts with a comma in between. */
  readonly publicJwks: string
  /** Signs the claims of an id_token: a JWT in compact form. */
  readonly sign: (claims: object) => Effect.Effect<string, CryptoError.CryptoError>
  /** Signs the claims of an app token. */
  readonly signAppToken: (claims: object) => Effect.Effect<string, CryptoError.CryptoError>
  /** The claims of an id_token, if this key has signed it. */
  readonly verifyIdToken: (token: string) => Effect.Effect<Option.Option<unknown>, CryptoError.CryptoError>
  /** The claims of an app token, if this key has signed it. */
  readonly verifyAppToken: (token: string) => Effect.Effect<Option.Option<unknown>, CryptoError.CryptoError>
  /** When the last token that it has signed expires, in milliseconds since 1970; 0 if there is none. */
  readonly lastExpiry: () => number
}

/**
 * A private key that was given cannot be used: it is not RSA in PEM form or as a JWK, it has fewer than 2048 or more
 * than 4096 bits, or its id is that of another one. Nothing of the key is in the error.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.3 RFC 7518 section 3.3}
 * @category errors
 * @since 0.1.0
 */
export class InvalidSigningKey extends Schema.TaggedError<InvalidSigningKey>()("InvalidSigningKey", {
  problem: Schema.String,
  /** Which one of several it is, such as `signing_keys[0]`. */
  path: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return `${this.path === undefined ? "The signing key" : `${this.path}: the key`} ${this.problem}. Make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`
  }
}

/**
 * How long claims are valid from `now` on, in milliseconds. By their own dates, where they have both: Sentinel's clock
 * may have been advanced, and claims are dated by the real one.
 */
export const lifetimeOf = (claims: object, now: number): number => {
  if (!Predicate.hasProperty(claims, "exp")) return 0
  const from = Predicate.hasProperty(claims, "iat") ? Number(claims.iat) * 1000 : now
  return Math.max(0, Number(claims.exp) * 1000 - from)
}

/** How long a key is published after the last token that it has signed has expired, in milliseconds. */
export const margin = 5 * 60_000

/** 2048 bits are the least that RFC 7518 section 3.3 allows, and what LivePerson's keys have. */
const rs256 = (modulusLength = 2048) => Signature.rsaPkcs1v15({ hash: Digest.sha256, modulusLength })
const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))
const json = (value: object): string => Base64Url.encode(Utf8.encode(JSON.stringify(value)))

/** LivePerson's key ids begin with the kind of the token. */
const ofIdTokens = "idtoken-"
const ofAppTokens = "appjwt-"

/** Whether a key id is one of app tokens. */
export const isOfAppTokens = (kid: string): boolean => kid.startsWith(ofAppTokens)

/** `22-11-26`: LivePerson's key ids end in the day on which the key was made. */
const dayOf = (now: DateTime.Utc): string => {
  const [year, month, day] = DateTime.formatIsoDateUtc(now).slice(2).split("-")
  return `${day}-${month}-${year}`
}

interface PublicNumbers {
  readonly n: string
  readonly e: string
}

/** RFC 7638: the same for the same key, wherever it is. */
const thumbprint = Effect.fnUntraced(function* ({ e, n }: PublicNumbers) {
  const digest = yield* Digest.Digest
  return Hex.encode(yield* digest.digest(Digest.sha256, Utf8.encode(JSON.stringify({ e, kty: "RSA", n }))))
})

interface Pair {
  readonly privateKey: Signature.PrivateKey
  readonly publicKey: Signature.PublicKey
  readonly numbers: PublicNumbers
}

const make = (
  signature: Signature.Signature["Service"],
  { numbers: { e, n }, privateKey, publicKey }: Pair,
  kid: string
): SigningKey => {
  const appKid = ofAppTokens + (kid.startsWith(ofIdTokens) ? kid.slice(ofIdTokens.length) : kid)
  const headerOf = (kid: string) => json({ kid, typ: "JWT", alg: "RS256" })
  const idHeader = headerOf(kid)
  const appHeader = headerOf(appKid)
  let lastExpiry = 0
  const signing = (header: string) => (claims: object) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      lastExpiry = Math.max(lastExpiry, now + lifetimeOf(claims, now))
      const signed = `${header}.${json(claims)}`
      return Effect.map(
        signature.sign(privateKey, Utf8.encode(signed)),
        (bytes) => `${signed}.${Base64Url.encode(bytes)}`
      )
    })
  const verifying = (ownHeader: string) =>
    Effect.fnUntraced(function* (token: string) {
      const [header, payload, third, ...rest] = token.split(".", 4)
      // Its own header is known to the letter, so no other one is read (RFC 8725 sections 3.1 and 3.12).
      if (header !== ownHeader || payload === undefined || third === undefined || rest.length > 0) return Option.none()
      const bytes = Base64Url.decode(third)
      if (bytes === undefined) return Option.none()
      const isGenuine = yield* signature.verify(publicKey, bytes, Utf8.encode(`${header}.${payload}`))
      return isGenuine ? decodeJson(Base64Url.decodeText(payload)) : Option.none()
    })
  return {
    kid,
    appKid,
    publicJwks: [kid, appKid]
      .map((kid) => JSON.stringify({ kty: "RSA", use: "sig", alg: "RS256", kid, n, e }))
      .join(","),
    lastExpiry: () => lastExpiry,
    sign: signing(idHeader),
    signAppToken: signing(appHeader),
    verifyIdToken: verifying(idHeader),
    verifyAppToken: verifying(appHeader)
  }
}

/** The claims of a token of a kind that one of the keys has signed. */
export const verify = Effect.fnUntraced(function* (
  kind: "verifyIdToken" | "verifyAppToken",
  keys: ReadonlyArray<SigningKey>,
  token: string
): Effect.fn.Return<Option.Option<unknown>, CryptoError.CryptoError> {
  for (const key of keys) {
    const claims = yield* key[kind](token)
    if (Option.isSome(claims)) return claims
  }
  return Option.none()
})

/**
 * A new key pair. Its id has its thumbprint as well as the day, so that no two keys share one: clients remember keys by
 * their id.
 */
const generatePair = Effect.gen(function* () {
  const signature = yield* Signature.Signature
  const { privateKey, publicKey } = yield* signature.generateKeyPair(rs256())
  const { e, n } = yield* KeyFormat.encode(KeyFormat.jwk, publicKey)
  const numbers = { e: e!, n: n! }
  const kid = `${ofIdTokens}${dayOf(yield* DateTime.now)}-${(yield* thumbprint(numbers)).slice(0, 8)}`
  return { kid, pair: { numbers, privateKey, publicKey }, signature }
})

/** A new key. */
export const generate: Effect.Effect<SigningKey, CryptoError.CryptoError, Signature.Signature | Digest.Digest> =
  Effect.map(generatePair, ({ kid, pair, signature }) => make(signature, pair, kid))

/** A new key as a private JWK with its id, to be kept and read by {@link fromText}. */
export const generateText: Effect.Effect<
  { readonly kid: string; readonly jwk: Redacted.Redacted<string> },
  CryptoError.CryptoError,
  Signature.Signature | Digest.Digest
> = Effect.gen(function* () {
  const { kid, pair } = yield* generatePair
  const jwk = yield* KeyFormat.encode(KeyFormat.jwk, pair.privateKey)
  return { kid, jwk: Redacted.make(JSON.stringify({ ...jwk, kid }), { label: "signing key" }) }
})

const PrivateJwk = Schema.fromJsonString(
  Schema.Struct({
    kty: Schema.Literal("RSA"),
    n: Schema.NonEmptyString,
    e: Schema.NonEmptyString,
    d: Schema.NonEmptyString,
    p: Schema.NonEmptyString,
    q: Schema.NonEmptyString,
    dp: Schema.NonEmptyString,
    dq: Schema.NonEmptyString,
    qi: Schema.NonEmptyString,
    kid: Schema.optionalKey(Schema.NonEmptyString)
  })
)

const unusable = (problem: string) => () => new InvalidSigningKey({ problem })

/** The private key in either form, with the id that it brings along. */
const read = Effect.fnUntraced(function* (text: string) {
  if (text.startsWith("-----BEGIN ")) {
    const privateKey = yield* Effect.mapError(
      KeyFormat.decodePrivate(KeyFormat.pem(KeyFormat.pkcs8), rs256(), text),
      unusable("is not an RSA key in PKCS#8 form without a passphrase")
    )
    return { privateKey, kid: undefined }
  }
  const notJwk = unusable("is neither PEM text (BEGIN PRIVATE KEY) nor a private RSA JWK with all its members")
  const { kid, ...jwk } = yield* Effect.mapError(Schema.decodeUnknownEffect(PrivateJwk)(text), notJwk)
  const privateKey = yield* Effect.mapError(KeyFormat.decodePrivate(KeyFormat.jwk, rs256(), jwk), notJwk)
  return { privateKey, kid }
})

/**
 * A key that the operator has: PKCS#8 in PEM form, or a private JWK (RFC 7518 section 6.3.2). Its id is that of the
 * JWK, or comes from its thumbprint, so that it stays the same whenever and wherever the key is read.
 */
export const fromText = Effect.fnUntraced(function* (
  text: Redacted.Redacted<string>
): Effect.fn.Return<SigningKey, InvalidSigningKey, Signature.Signature | Digest.Digest> {
  const signature = yield* Signature.Signature
  const { kid, privateKey } = yield* read(Redacted.value(text).trim())
  const { e, n } = yield* Effect.mapError(KeyFormat.encode(KeyFormat.jwk, privateKey), unusable("cannot be read"))
  const numbers = { e: e!, n: n! }
  // 2048 bits are 342 characters of base64url.
  if (numbers.n.length < 342) return yield* unusable("is shorter than 2048 bits")()
  // A signature takes eight times as long for twice the bits, and every sign-in waits for one.
  if (numbers.n.length > 683) return yield* unusable("is longer than 4096 bits")()
  const publicKey = yield* Effect.mapError(
    KeyFormat.decodePublic(KeyFormat.jwk, rs256(), { kty: "RSA", ...numbers }),
    unusable("cannot be read")
  )
  return make(
    signature,
    { numbers, privateKey, publicKey },
    kid ?? `${ofIdTokens}${(yield* Effect.orDie(thumbprint(numbers))).slice(0, 16)}`
  )
})
