/**
 * The id_token: a JWT about the user who signed in.
 *
 * Verified and merely decoded claims are different types: `VerifiedClaims` come out of {@link verify} only.
 *
 * @see OpenID Connect Core section 3.1.3.7
 * @see LivePerson, LE Applications Authorization API, "Token request", id_token
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Signature from "effect/crypto/Signature"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { explaining } from "./internal/explaining.ts"
import { ClientId, type IdTokenText, Subject } from "./Identifiers.ts"
import * as Jwt from "./internal/jwt.ts"
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

const decodeKey = OptionalMembers.decoder(JsonWebKey)

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
          const { unread, value } = decodeKey(Predicate.isObject(key) ? key : {})
          // The use of a key decides whether it may verify anything: a key with an unreadable member is left out.
          return unread.length === 0 ? Option.toArray(value) : []
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

const decodeVerified = OptionalMembers.decoder(VerifiedClaims)
const decodeUnverifiedClaims = OptionalMembers.decoder(UnverifiedClaims)

const refuse = (reason: IdTokenError["reason"], problem: string) => Effect.fail(new IdTokenError({ reason, problem }))

const refusedBecauseOf = ({ problem, reason }: Jwt.JwtProblem) => new IdTokenError({ reason, problem })

/**
 * The `kid` of the token's header: the key that signed it. `undefined` if there is none, or the header cannot be read.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-4.1.4 RFC 7515 section 4.1.4}
 * @category combinators
 * @since 0.1.0
 */
export const keyId = (token: IdTokenText): string | undefined => Jwt.keyId(Redacted.value(token))

/**
 * Reads the claims without verifying anything. Fails with the reason `Malformed`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const decodeUnverified = (token: IdTokenText): Result.Result<UnverifiedClaims, IdTokenError> =>
  Jwt.parse(Redacted.value(token)).pipe(
    Result.flatMap(({ payload }) =>
      Result.fromOption(decodeUnverifiedClaims({ ...payload, _tag: "UnverifiedClaims" }).value, () =>
        Jwt.malformed("payload")
      )
    ),
    Result.mapError(refusedBecauseOf)
  )

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
    return Effect.mapError(Jwt.checkTimes(claims, fiber.getRef(ClockSkew)), refusedBecauseOf)
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
  Effect.suspend(() => {
    const { clientId, keys, token } = options
    const parsed = Jwt.parse(Redacted.value(token))
    if (Result.isFailure(parsed)) return Effect.fail(refusedBecauseOf(parsed.failure))
    const jwt = parsed.success
    return Effect.matchEffect(Jwt.verifySignature(jwt, keys), {
      onFailure: (problem) => Effect.fail(refusedBecauseOf(problem)),
      onSuccess: () => {
        const { unread, value } = decodeVerified({ ...jwt.payload, _tag: "VerifiedClaims" })
        const checked = Option.isNone(value)
          ? Effect.fail(refusedBecauseOf(Jwt.malformed("payload")))
          : Effect.as(checkClaims(value.value, clientId), value.value)
        return unread.length === 0
          ? checked
          : Effect.andThen(Effect.logWarning(OptionalMembers.warning(unread)), checked)
      }
    })
  })
