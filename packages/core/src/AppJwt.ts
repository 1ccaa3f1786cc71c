/**
 * The app token as a JWT: what LivePerson shows when it calls a bot or a function, and what an application gets for
 * itself. It is about an application and never about a user, so it has no `sub`.
 *
 * Verified and merely decoded claims are different types: `AppClaims` come out of {@link verify} only. Neither is
 * assignable to the claims of an id_token, nor the other way round.
 *
 * @see LivePerson, API guidelines, "OAuth 2.0 client credentials"
 * @since 0.1.0
 */
import type * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Domains, type DomainsError } from "./Domains.ts"
import { AccountId, ClientId } from "./Identifiers.ts"
import { ClockSkew, isIssuer, type JsonWebKeySet } from "./IdToken.ts"
import { explaining } from "./internal/explaining.ts"
import * as Jwt from "./internal/jwt.ts"
import * as Telemetry from "./internal/Telemetry.ts"
import { KeySets } from "./KeySets.ts"
import type { TokenError } from "./TokenError.ts"

const claims = {
  /** The account that the token is for. */
  aud: AccountId,
  /** The application that the token was issued to: its client id. */
  azp: ClientId,
  iss: Schema.String,
  /** What the token allows. Empty if it does not say. */
  scope: Schema.Array(Schema.String),
  iat: Schema.Finite,
  exp: Schema.Finite
}

/**
 * Claims of an app token whose signature, account, issuer and times were checked, and the application and the scopes
 * as far as {@link verify} was told to.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1 RFC 7519 section 4.1}
 * @category models
 * @since 0.1.0
 */
export class AppClaims extends explaining(
  Schema.TaggedClass<AppClaims>("@le-auth/core/AppClaims")("AppClaims", claims)
) {}

/**
 * Claims of an app token that were read but not verified. Show them, never decide by them.
 *
 * @category models
 * @since 0.1.0
 */
export class UnverifiedAppClaims extends explaining(
  Schema.TaggedClass<UnverifiedAppClaims>("@le-auth/core/UnverifiedAppClaims")("UnverifiedAppClaims", claims)
) {}

/**
 * All reasons of an {@link AppJwtError}. `NotAnAppToken`: it is about a user, as an id_token is.
 *
 * @category errors
 * @since 0.1.0
 */
export const appJwtErrorReasons = [
  "Missing",
  "Malformed",
  "UnsupportedAlgorithm",
  "UnknownKey",
  "BadSignature",
  "NotAnAppToken",
  "WrongAccount",
  "WrongIssuer",
  "WrongApplication",
  "Expired",
  "IssuedInTheFuture",
  "InsufficientScope"
] as const

/**
 * Why an app token is not accepted. `problem` repeats nothing of the token's content. Answer 401, and 403 where the
 * reason is `InsufficientScope` (RFC 6750 section 3.1).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1}
 * @category errors
 * @since 0.1.0
 */
export class AppJwtError extends Schema.TaggedError<AppJwtError>()("AppJwtError", {
  reason: Schema.Literals(appJwtErrorReasons),
  problem: Schema.String
}) {
  override get message(): string {
    return `The app token is not acceptable (${this.reason}): ${this.problem}`
  }
}

/**
 * What an app token must be for.
 *
 * @category models
 * @since 0.1.0
 */
export interface VerifyOptions {
  /** The account whose data the caller may see: never one that the request itself names. */
  readonly accountId: AccountId
  /** The scopes that the token must have, all of them: a list, or a text with spaces between them. Default: none. */
  readonly scope?: string | ReadonlyArray<string> | undefined
  /** The application that the token must have been issued to. Default: any application of the account. */
  readonly azp?: ClientId | undefined
}

/** Longer than all headers that Node takes together: no token of LivePerson comes near it. */
const maximumLength = 16_384

const refused = (reason: AppJwtError["reason"], problem: string) => new AppJwtError({ reason, problem })
const refusedBecauseOf = ({ problem, reason }: Jwt.JwtProblem) => refused(reason, problem)

const parse = (token: Redacted.Redacted<string>): Result.Result<Jwt.Jwt, AppJwtError> => {
  const text = Redacted.value(token)
  return text.length > maximumLength
    ? Result.fail(refused("Malformed", `it has more than ${maximumLength} characters`))
    : Result.mapError(Jwt.parse(text), refusedBecauseOf)
}

const scopesIn = (text: string): ReadonlyArray<string> => text.split(" ").filter((scope) => scope !== "")

/** The members of an app token, with its audience and scope in one form. The schema refuses what has another. */
const membersOf = (payload: object): Record<string, unknown> => {
  const { aud, scope, ...others } = payload as Record<string, unknown>
  return {
    ...others,
    // Of several accounts none is the one that it is for.
    aud: Array.isArray(aud) && aud.length === 1 ? aud[0] : aud,
    scope: typeof scope === "string" ? scopesIn(scope) : scope === undefined ? [] : undefined
  }
}

const decodeVerified = Schema.decodeUnknownResult(AppClaims)
const decodeUnverifiedClaims = Schema.decodeUnknownResult(UnverifiedAppClaims)

const unreadable = () => refusedBecauseOf(Jwt.malformed("payload"))
const aboutUser = () => refused("NotAnAppToken", "it is about a user, as an id_token is")

/** Any `sub` makes it another kind of token (RFC 8725 section 3.12). */
const isAboutUser = (payload: object): boolean => Object.hasOwn(payload, "sub")

/**
 * Reads the claims without verifying anything, to show them. Fails with the reason `Malformed` or `NotAnAppToken`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1 RFC 7519 section 4.1}
 * @category constructors
 * @since 0.1.0
 */
export const decodeUnverified = (token: Redacted.Redacted<string>): Result.Result<UnverifiedAppClaims, AppJwtError> =>
  Result.flatMap(parse(token), ({ payload }) =>
    isAboutUser(payload)
      ? Result.fail(aboutUser())
      : Result.mapError(decodeUnverifiedClaims({ ...membersOf(payload), _tag: "UnverifiedAppClaims" }), unreadable)
  )

/** What the payload says, once its signature is genuine. */
const checkPayload = Effect.fnUntraced(function* (payload: object, options: VerifyOptions) {
  if (isAboutUser(payload)) return yield* aboutUser()
  const members = membersOf(payload)
  if (members["aud"] !== options.accountId) {
    return yield* refused("WrongAccount", "it is not for this account alone")
  }
  const decoded = decodeVerified({ ...members, _tag: "AppClaims" })
  if (Result.isFailure(decoded)) return yield* unreadable()
  const claims = decoded.success
  if (!isIssuer(claims.iss)) return yield* refused("WrongIssuer", "its issuer is not sentinel")
  if (options.azp !== undefined && claims.azp !== options.azp) {
    return yield* refused("WrongApplication", "it was issued to another application")
  }
  yield* Effect.mapError(Jwt.checkTimes(claims, yield* ClockSkew), refusedBecauseOf)
  const needed = typeof options.scope === "string" ? scopesIn(options.scope) : (options.scope ?? [])
  const lacking = needed.filter((scope) => !claims.scope.includes(scope))
  if (lacking.length > 0) {
    return yield* refused("InsufficientScope", `it lacks the scope ${lacking.join(" ")}`)
  }
  return claims
})

/** The key set of the account's Sentinel. */
const publishedKeys = Effect.fnUntraced(function* (accountId: AccountId, kid: string | undefined) {
  const domains = yield* Domains
  const keySets = yield* KeySets
  return yield* keySets.keysFor(yield* domains.resolve(accountId, "sentinel"), kid)
})

/**
 * Verifies an app token: RS256 by the key with the token's `kid`, the account, the issuer, the times with the same
 * `ClockSkew` as an id_token, and the application and the scopes if they are given. An id_token is refused.
 *
 * The keys are those that the account's Sentinel publishes, see `KeySets`: they are fetched when they are needed, and
 * for unknown ones at most once a minute. Version 1 of LivePerson's app tokens has a key that is printed in its
 * documentation only: give it as `keys`, and nothing is fetched.
 *
 * Fails with an `AppJwtError` if the token is not acceptable, and with a `DomainsError` or a `TokenError` if the keys
 * cannot be had, which says nothing about the token.
 *
 * @example
 * ```ts
 * import * as AppJwt from "@le-auth/core/AppJwt"
 * import { AccountId } from "@le-auth/core/Identifiers"
 * import * as Effect from "effect/Effect"
 *
 * const accountId = AccountId.make("12345678")
 *
 * // Who calls, if it may.
 * const caller = (request: Request) =>
 *   AppJwt.fromRequest(request.headers).pipe(
 *     Effect.flatMap((token) => AppJwt.verify(token, { accountId, scope: "thirdpartybots.customendpoint.bot" })),
 *     Effect.map(({ azp }) => azp)
 *   )
 *
 * Effect.flip(caller(new Request("https://bot.example/message"))).pipe(Effect.map(({ message }) => message))
 * // => "The app token is not acceptable (Missing): the request has no Authorization header"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-7.2 RFC 7519 section 7.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8725#section-3 RFC 8725 section 3}
 * @category constructors
 * @since 0.1.0
 */
export const verify: {
  (
    token: Redacted.Redacted<string>,
    options: VerifyOptions & {
      /** The keys to verify with, in place of those that Sentinel publishes. */
      readonly keys: JsonWebKeySet
    }
  ): Effect.Effect<AppClaims, AppJwtError, Signature.Signature>
  (
    token: Redacted.Redacted<string>,
    options: VerifyOptions & { readonly keys?: undefined }
  ): Effect.Effect<AppClaims, AppJwtError | DomainsError | TokenError, Domains | KeySets | Signature.Signature>
} = (
  token: Redacted.Redacted<string>,
  options: VerifyOptions & { readonly keys?: JsonWebKeySet | undefined }
): Effect.Effect<AppClaims, any, any> =>
  Telemetry.observed(
    "AppJwt.verify",
    () => options.accountId,
    Effect.gen(function* () {
      const jwt = yield* Effect.fromResult(parse(token))
      // Before anything is fetched for it.
      yield* Effect.mapError(Jwt.checkAlgorithm(jwt), refusedBecauseOf)
      const keys = options.keys ?? (yield* publishedKeys(options.accountId, jwt.header.kid))
      yield* Effect.mapError(Jwt.verifySignature(jwt, keys), refusedBecauseOf)
      return yield* checkPayload(jwt.payload, options)
    })
  )

/**
 * The headers of a request: those of the web, or a record as Node has it, in any case and with lists.
 *
 * @category models
 * @since 0.1.0
 */
export type RequestHeaders =
  | { readonly get: (name: string) => string | null }
  | { readonly [name: string]: string | ReadonlyArray<string> | undefined }

const isWeb = (headers: RequestHeaders): headers is { readonly get: (name: string) => string | null } =>
  Predicate.isFunction(headers["get" as never])

const authorizationsOf = (headers: RequestHeaders): ReadonlyArray<string> => {
  if (isWeb(headers)) return [headers.get("authorization") ?? ""]
  return Object.entries(headers)
    .filter(([name]) => name.toLowerCase() === "authorization")
    .flatMap(([, value]) => value ?? [])
}

/**
 * The token in the `Authorization` header of a request, with and without `Bearer`, as LivePerson sends both. Fails with
 * the reason `Missing` if there is none, and with `Malformed` if there are several, or another scheme.
 *
 * @example
 * ```ts
 * import * as AppJwt from "@le-auth/core/AppJwt"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * const text = (headers: AppJwt.RequestHeaders) => Effect.map(AppJwt.fromRequest(headers), Redacted.value)
 *
 * text(new Headers({ authorization: "Bearer a.b.c" })) // => "a.b.c"
 * text({ Authorization: ["a.b.c"] }) // => "a.b.c"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 section 2.1}
 * @category constructors
 * @since 0.1.0
 */
export const fromRequest = (headers: RequestHeaders): Effect.Effect<Redacted.Redacted<string>, AppJwtError> =>
  Effect.suspend(() => {
    const given = authorizationsOf(headers)
      .map((value) => value.replace(/^[ \t]+|[ \t]+$/g, ""))
      .filter((value) => value !== "" && value.toLowerCase() !== "bearer")
    const [first] = given
    if (first === undefined) return Effect.fail(refused("Missing", "the request has no Authorization header"))
    const token = /^(?:bearer +)?([\w.~+/=-]+)$/i.exec(first)?.[1]
    return token === undefined || given.length > 1
      ? Effect.fail(refused("Malformed", "the Authorization header has something else than one token"))
      : Effect.succeed(Redacted.make(token))
  })
