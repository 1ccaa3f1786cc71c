/**
 * The id_token: a JWT about the user who signed in.
 *
 * Verified and merely decoded claims are different types: `VerifiedClaims` come out of {@link verify} only.
 *
 * @see OpenID Connect Core section 3.1.3.7
 * @see LivePerson, LE Applications Authorization API, "Token request", id_token
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as KeyFormat from "effect/crypto/KeyFormat"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import * as Signature from "effect/crypto/Signature"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { explaining } from "./internal/explaining.ts"
import * as Base64Url from "./shared/Base64Url.ts"
import * as Utf8 from "./shared/Utf8.ts"
import { ClientId, type IdTokenText, Subject } from "./Identifiers.ts"
import * as Newest from "./internal/newest.ts"
import * as OptionalMembers from "./internal/optionalMembers.ts"

const claims = {
  sub: Subject,
  aud: Schema.Union([ClientId, Schema.NonEmptyArray(ClientId)]),
  iss: Schema.String,
  iat: Schema.Finite,
  exp: Schema.Finite,
  azp: Schema.optionalKey(ClientId),
  /**
   * The user has the administrator role in the account. A value that is not a boolean counts as absent, as with all
   * optional claims.
   */
  is_admin: Schema.optionalKey(Schema.Boolean),
  /** The user is one of LivePerson's own administrators; such users have no record in the account. */
  is_lpa: Schema.optionalKey(Schema.Boolean)
}

/**
 * The claims as they are on the wire.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1 RFC 7519 section 4.1}
 * @category schemas
 * @since 0.1.0
 */
export const IdTokenClaims = Schema.Struct(claims)
export type IdTokenClaims = typeof IdTokenClaims.Type

/**
 * Claims that were read but not verified. Show them, never decide by them.
 *
 * @category models
 * @since 0.1.0
 */
export class UnverifiedClaims extends explaining(
  Schema.TaggedClass<UnverifiedClaims>("@le-auth/core/UnverifiedClaims")("UnverifiedClaims", claims)
) {}

/**
 * Claims whose signature, audience, issuer and times were checked.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1 RFC 7519 section 4.1}
 * @category models
 * @since 0.1.0
 */
export class VerifiedClaims extends explaining(
  Schema.TaggedClass<VerifiedClaims>("@le-auth/core/VerifiedClaims")("VerifiedClaims", claims)
) {}

/**
 * A public RSA key of a key set. Other members are left out.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-4 RFC 7517 section 4}
 * @category schemas
 * @since 0.1.0
 */
export const JsonWebKey = Schema.Struct({
  kty: Schema.String,
  kid: Schema.optionalKey(Schema.String),
  alg: Schema.optionalKey(Schema.String),
  use: Schema.optionalKey(Schema.String),
  n: Schema.optionalKey(Schema.String),
  e: Schema.optionalKey(Schema.String)
})
export type JsonWebKey = typeof JsonWebKey.Type

/**
 * A JWK Set, as `GET /sentinel/well-known/jwks` answers it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}
 * @category schemas
 * @since 0.1.0
 */
export const JsonWebKeySet = Schema.Struct({ keys: Schema.Array(JsonWebKey) })
export type JsonWebKeySet = typeof JsonWebKeySet.Type

const decodeKey = Schema.decodeUnknownOption(JsonWebKey)
const readableKey = OptionalMembers.readable(JsonWebKey.fields)

/**
 * Reads a key set key by key. A key that is not understood is ignored, and spoils no other. `undefined` if it is not a
 * key set at all.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}
 * @category constructors
 * @since 0.1.0
 */
export const readKeySet = (body: unknown): JsonWebKeySet | undefined =>
  Predicate.isObject(body) && Array.isArray(body["keys"])
    ? {
        keys: body["keys"].flatMap((key: unknown) => {
          const { kept, unread } = readableKey(Predicate.isObject(key) ? key : {})
          // The use of a key decides whether it may verify anything: a key with an unreadable member is left out.
          return unread.length === 0 ? Option.toArray(decodeKey(kept)) : []
        })
      }
    : undefined

/**
 * All reasons of an {@link IdTokenError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const idTokenErrorReasons = [
  "Malformed",
  "UnsupportedAlgorithm",
  "UnknownKey",
  "BadSignature",
  "WrongAudience",
  "WrongIssuer",
  "Expired",
  "IssuedInTheFuture"
] as const

/**
 * Why an id_token is not accepted. `problem` repeats nothing of the token's content.
 *
 * @category errors
 * @since 0.1.0
 */
export class IdTokenError extends Schema.TaggedError<IdTokenError>()("IdTokenError", {
  reason: Schema.Literals(idTokenErrorReasons),
  problem: Schema.String
}) {
  override get message(): string {
    return `The id_token is not acceptable (${this.reason}): ${this.problem}`
  }
}

/**
 * The difference between two computers' clocks that is accepted in `exp` and `iat`. Default: 60 seconds. LivePerson's
 * id_token lives 10 minutes.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4 RFC 7519 section 4.1.4}
 * @category services
 * @since 0.1.0
 */
export const ClockSkew = Context.Reference<Duration.Duration>("@le-auth/core/IdToken/ClockSkew", {
  defaultValue: () => Duration.seconds(60)
})

/** The header of the JWS (RFC 7515 section 4). `crit` must be understood, and we understand no extension. */
const Header = Schema.Struct({
  alg: Schema.String,
  kid: Schema.optionalKey(Schema.String),
  crit: Schema.optionalKey(Schema.Unknown)
})

const decodeHeader = Schema.decodeUnknownResult(Header)
const decodeVerified = Schema.decodeUnknownResult(VerifiedClaims)
const decodeUnverifiedClaims = Schema.decodeUnknownResult(UnverifiedClaims)
const readableClaims = OptionalMembers.readable(claims)

const refuse = (reason: IdTokenError["reason"], problem: string) => Effect.fail(new IdTokenError({ reason, problem }))

const malformed = (part: string) => () =>
  new IdTokenError({ reason: "Malformed", problem: `its ${part} cannot be read` })

const jsonOf = (part: string): unknown => {
  try {
    return JSON.parse(Base64Url.decodeText(part) ?? "")
  } catch {
    return undefined
  }
}

/** Tokens of one key share their header to the letter, so it is read once. At most 100 are kept, the newest. */
const headers = new Map<string, Result.Result<typeof Header.Type, IdTokenError>>()

const headerOf = (part: string): Result.Result<typeof Header.Type, IdTokenError> => {
  const known = headers.get(part)
  if (known !== undefined) return known
  const header = Result.mapError(decodeHeader(jsonOf(part)), malformed("header"))
  if (Result.isSuccess(header)) Newest.set(headers, part, header, 100)
  return header
}

interface Parts {
  readonly header: typeof Header.Type
  readonly payload: object
  readonly signed: string
  readonly signature: Uint8Array
}

const parse = (token: string): Result.Result<Parts, IdTokenError> => {
  const parts = token.split(".")
  if (parts.length !== 3) {
    return Result.fail(new IdTokenError({ reason: "Malformed", problem: "it does not have the three parts of a JWT" }))
  }
  const [first, second, third] = parts as [string, string, string]
  const header = headerOf(first)
  if (Result.isFailure(header)) return Result.fail(header.failure)
  const payload = jsonOf(second)
  if (!Predicate.isObject(payload)) return Result.fail(malformed("payload")())
  const signature = Base64Url.decode(third)
  if (signature === undefined) return Result.fail(malformed("signature")())
  return Result.succeed({
    header: header.success,
    payload,
    signature,
    signed: token.slice(0, first.length + 1 + second.length)
  })
}

/**
 * The `kid` of the token's header: the key that signed it. `undefined` if there is none, or the header cannot be read.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4 RFC 7515 section 4.1.4}
 * @category combinators
 * @since 0.1.0
 */
export const keyId = (token: IdTokenText): string | undefined =>
  Result.getOrUndefined(headerOf(Redacted.value(token).split(".", 1)[0]!))?.kid

/**
 * Reads the claims without verifying anything. Fails with the reason `Malformed`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const decodeUnverified = (token: IdTokenText): Result.Result<UnverifiedClaims, IdTokenError> =>
  Result.flatMap(parse(Redacted.value(token)), ({ payload }) =>
    Result.mapError(
      decodeUnverifiedClaims({ ...readableClaims(payload).kept, _tag: "UnverifiedClaims" }),
      malformed("payload")
    )
  )

/** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3). The modulus length is that of the key. */
const rs256 = Signature.rsaPkcs1v15({ hash: Digest.sha256, modulusLength: 2048 })

/**
 * A key is imported once, as long as its key set is in use: the map is weak. One of another `kty` or `alg` is refused.
 */
const imported = new WeakMap<JsonWebKey, Signature.PublicKey>()

const importKey = (key: JsonWebKey): Effect.Effect<Signature.PublicKey, CryptoError.CryptoError> => {
  const known = imported.get(key)
  if (known !== undefined) return Effect.succeed(known)
  return KeyFormat.decodePublic(KeyFormat.jwk, rs256, key).pipe(
    Effect.tap((publicKey) => Effect.sync(() => imported.set(key, publicKey)))
  )
}

/**
 * A key with this `kid` that is for signatures; {@link importKey} refuses all but those of RS256. Several keys of a set
 * may have one `kid` (RFC 7517 section 4.5).
 */
const isFor = (key: JsonWebKey, kid: string | undefined): boolean =>
  kid !== undefined && key.kid === kid && (key.use ?? "sig") === "sig"

/**
 * Whether a text names LivePerson's Sentinel: `sentinel`, written `Sentinel` in older documentation; nothing else.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2.4 RFC 9207 section 2.4}
 * @category guards
 * @since 0.1.0
 */
export const isIssuer = (text: string): boolean => text.toLowerCase() === "sentinel"

/**
 * Checks what the token says, without its signature: audience, issuer, times. LivePerson's issuer is `sentinel`,
 * written `Sentinel` in older documentation; nothing else is accepted. Fails with the reason `WrongAudience`,
 * `WrongIssuer`, `Expired` or `IssuedInTheFuture`.
 *
 * @see
 *   {@link https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation OpenID Connect Core section 3.1.3.7}
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1 RFC 7519 section 4.1}
 * @category guards
 * @since 0.1.0
 */
export const checkClaims = (claims: IdTokenClaims, clientId: ClientId): Effect.Effect<void, IdTokenError> =>
  Effect.withFiber((fiber) => {
    const audience = typeof claims.aud === "string" ? [claims.aud] : claims.aud
    if (!audience.includes(clientId) || (audience.length > 1 && claims.azp !== clientId)) {
      return refuse("WrongAudience", "it was issued to another application")
    }
    if (!isIssuer(claims.iss)) return refuse("WrongIssuer", "its issuer is not sentinel")
    const now = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe() / 1000
    const skew = Duration.toSeconds(fiber.getRef(ClockSkew))
    if (claims.exp + skew <= now) return refuse("Expired", "it is no longer valid; check this computer's clock")
    if (claims.iat - skew > now) {
      return refuse("IssuedInTheFuture", "it was issued in the future; check this computer's clock")
    }
    return Effect.void
  })

/**
 * Verifies an id_token: RS256 by the key with the token's `kid`, then {@link checkClaims}. Warns of claims that cannot
 * be read and therefore count as absent.
 *
 * `none`, HMAC algorithms and a token without `kid` are refused, and a key of another `kid`, use or algorithm is never
 * tried.
 *
 * @see
 *   {@link https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation OpenID Connect Core section 3.1.3.7}
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8725#section-3.1 RFC 8725 section 3.1}
 * @category constructors
 * @since 0.1.0
 */
export const verify = (options: {
  readonly token: IdTokenText
  readonly clientId: ClientId
  readonly keys: JsonWebKeySet
}): Effect.Effect<VerifiedClaims, IdTokenError, Signature.Signature> =>
  Signature.Signature.use((service) => {
    const parsed = parse(Redacted.value(options.token))
    if (Result.isFailure(parsed)) return Effect.fail(parsed.failure)
    const { header, payload, signature, signed } = parsed.success
    if (header.alg !== "RS256" || header.crit !== undefined) {
      return refuse("UnsupportedAlgorithm", "it is not signed with RS256")
    }
    const keys = options.keys.keys.filter((key) => isFor(key, header.kid))
    const isGenuine = (key: JsonWebKey) =>
      Effect.flatMap(importKey(key), (publicKey) => service.verify(publicKey, signature, Utf8.encode(signed)))
    return Effect.gen(function* () {
      const { kept, unread } = readableClaims(payload)
      if (unread.length > 0) yield* Effect.logWarning(OptionalMembers.warning(unread))
      const results = yield* Effect.forEach(keys, (key) => Effect.option(isGenuine(key)))
      if (results.every(Option.isNone)) return yield* refuse("UnknownKey", "no published key with its kid can be used")
      if (!results.some(Option.contains(true))) return yield* refuse("BadSignature", "its signature is not genuine")
      const claims = decodeVerified({ ...kept, _tag: "VerifiedClaims" })
      if (Result.isFailure(claims)) return yield* malformed("payload")()
      yield* checkClaims(claims.success, options.clientId)
      return claims.success
    })
  })
