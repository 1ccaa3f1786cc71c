/**
 * JWTs in compact form that are signed with RS256 (RFC 7515 section 3.1): what an id_token and an app token have in
 * common. What their claims must say is up to each of them, so that neither passes as the other (RFC 8725 section
 * 3.12).
 */
import * as Clock from "effect/Clock"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import * as KeyFormat from "effect/crypto/KeyFormat"
import * as Signature from "effect/crypto/Signature"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { JsonWebKey, JsonWebKeySet } from "../IdToken.ts"
import * as Base64Url from "../shared/Base64Url.ts"
import * as Utf8 from "../shared/Utf8.ts"
import * as Newest from "./newest.ts"

/** Why a JWT is not accepted. `problem` repeats nothing of its content. */
export class JwtProblem extends Data.TaggedError("JwtProblem")<{
  readonly reason:
    | "Malformed"
    | "UnsupportedAlgorithm"
    | "UnknownKey"
    | "BadSignature"
    | "Expired"
    | "IssuedInTheFuture"
  readonly problem: string
}> {}

const refuse = (reason: JwtProblem["reason"], problem: string) => Effect.fail(new JwtProblem({ reason, problem }))

/** A part of the token cannot be read. */
export const malformed = (part: "header" | "payload" | "signature"): JwtProblem =>
  new JwtProblem({ reason: "Malformed", problem: `its ${part} cannot be read` })

/** The header of the JWS (RFC 7515 section 4). `crit` must be understood, and we understand no extension. */
const Header = Schema.Struct({
  alg: Schema.String,
  kid: Schema.optionalKey(Schema.String),
  crit: Schema.optionalKey(Schema.Unknown)
})

const decodeHeader = Schema.decodeUnknownResult(Header)

const jsonOf = (part: string): unknown => {
  try {
    return JSON.parse(Base64Url.decodeText(part) ?? "")
  } catch {
    return undefined
  }
}

/** Tokens of one key share their header to the letter, so it is read once. At most 100 are kept, the newest. */
const headers = new Map<string, Result.Result<typeof Header.Type, JwtProblem>>()

const headerOf = (part: string): Result.Result<typeof Header.Type, JwtProblem> => {
  const known = headers.get(part)
  if (known !== undefined) return known
  const header = Result.mapError(decodeHeader(jsonOf(part)), () => malformed("header"))
  if (Result.isSuccess(header)) Newest.set(headers, part, header, 100)
  return header
}

export interface Jwt {
  readonly header: typeof Header.Type
  readonly payload: object
  readonly signed: string
  readonly signature: Uint8Array
}

/** Reads a token without verifying anything. Fails with the reason `Malformed`. */
export const parse = (token: string): Result.Result<Jwt, JwtProblem> => {
  const parts = token.split(".", 4)
  if (parts.length !== 3) {
    return Result.fail(new JwtProblem({ reason: "Malformed", problem: "it does not have the three parts of a JWT" }))
  }
  const [first, second, third] = parts as [string, string, string]
  const header = headerOf(first)
  if (Result.isFailure(header)) return Result.fail(header.failure)
  const payload = jsonOf(second)
  if (!Predicate.isObject(payload)) return Result.fail(malformed("payload"))
  const signature = Base64Url.decode(third)
  if (signature === undefined) return Result.fail(malformed("signature"))
  return Result.succeed({
    header: header.success,
    payload,
    signature,
    signed: token.slice(0, first.length + 1 + second.length)
  })
}

/** The `kid` of the token's header. `undefined` if there is none, or the header cannot be read. */
export const keyId = (token: string): string | undefined =>
  Result.getOrUndefined(headerOf(token.split(".", 1)[0]!))?.kid

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

const isSupported = ({ header }: Jwt): boolean => header.alg === "RS256" && header.crit === undefined
const unsupported = () => refuse("UnsupportedAlgorithm", "it is not signed with RS256")

/** Refuses `none`, HMAC, extensions, and all else but RS256, before a key is looked for (RFC 8725 section 3.1). */
export const checkAlgorithm = (jwt: Jwt): Effect.Effect<void, JwtProblem> =>
  isSupported(jwt) ? Effect.void : unsupported()

/**
 * Verifies the signature: RS256 by a key with the token's `kid`. A token without `kid` is refused, and a key of another
 * `kid`, use or algorithm is never tried.
 */
export const verifySignature = (
  jwt: Jwt,
  keySet: JsonWebKeySet
): Effect.Effect<void, JwtProblem, Signature.Signature> =>
  Signature.Signature.use((service) => {
    const keys = keySet.keys.filter((key) => isFor(key, jwt.header.kid))
    const isGenuine = (key: JsonWebKey) =>
      Effect.flatMap(importKey(key), (publicKey) => service.verify(publicKey, jwt.signature, Utf8.encode(jwt.signed)))
    const tryFrom = (index: number, canBeUsed: boolean): Effect.Effect<void, JwtProblem> => {
      const key = keys[index]
      if (key !== undefined) {
        return Effect.matchEffect(isGenuine(key), {
          onFailure: () => tryFrom(index + 1, canBeUsed),
          onSuccess: (genuine) => (genuine ? Effect.void : tryFrom(index + 1, true))
        })
      }
      return canBeUsed
        ? refuse("BadSignature", "its signature is not genuine")
        : refuse("UnknownKey", "no published key with its kid can be used")
    }
    return isSupported(jwt) ? tryFrom(0, false) : unsupported()
  })

/** Whether a token is valid now, give or take the difference between two computers' clocks. */
export const checkTimes = (
  claims: { readonly exp: number; readonly iat: number },
  clockSkew: Duration.Duration
): Effect.Effect<void, JwtProblem> =>
  Effect.withFiber((fiber) => {
    const now = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe() / 1000
    const skew = Duration.toSeconds(clockSkew)
    if (claims.exp + skew <= now) return refuse("Expired", "it is no longer valid; check this computer's clock")
    if (claims.iat - skew > now) {
      return refuse("IssuedInTheFuture", "it was issued in the future; check this computer's clock")
    }
    return Effect.void
  })
