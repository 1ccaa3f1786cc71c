/**
 * Reads the app tokens of this Sentinel: whose they are, what they are for, and whether they can be used. They are not
 * stored, so everything is in the token.
 */
import { AccountId, ClientId } from "@le-auth/core/Identifiers"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Digest from "effect/crypto/Digest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Directory } from "../../Directory.ts"
import { SigningKeys } from "../../SigningKeys.ts"
import * as RequestContext from "../http/RequestContext.ts"
import * as TokenTime from "./TokenTime.ts"

/** An app token that this Sentinel has signed. */
export interface ReadAppToken {
  readonly accountId: AccountId
  readonly clientId: ClientId
  readonly scopes: ReadonlyArray<string>
  readonly issuer: string | undefined
  /** Its dates, in seconds since 1970 by the clock of JWTs. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Why it cannot be used any more, in words for people who run Sentinel. */
  readonly problem: string | undefined
}

/** No id_token has these: its audience is an application, and it has a user. */
const decode = Schema.decodeUnknownOption(
  Schema.Struct({
    aud: AccountId,
    azp: ClientId,
    scope: Schema.optionalKey(Schema.String),
    iss: Schema.optionalKey(Schema.String),
    iat: Schema.Int,
    exp: Schema.Int,
    sub: Schema.optionalKey(Schema.Never)
  })
)

/** Whether a token has the form of a JWT, which the opaque tokens of users never have. */
export const isJwt = (token: Redacted.Redacted<string>): boolean => Redacted.value(token).includes(".")

/** The scopes of the claim (RFC 8693 section 4.2). */
const scopesOf = (scope: string | undefined): ReadonlyArray<string> => (scope ?? "").split(" ").filter(Boolean)

/** Makes the function that reads a token: `None` if this Sentinel has not signed it as an app token. */
export const make = Effect.gen(function* () {
  const directory = yield* Directory
  const keys = yield* SigningKeys
  const { shownOn } = yield* TokenTime.jwtClock

  return Effect.fnUntraced(function* (
    token: Redacted.Redacted<string>,
    now: number
  ): Effect.fn.Return<Option.Option<ReadAppToken>> {
    const claims = yield* Effect.orDie(keys.verifyAppToken(Redacted.value(token)))
    const read = Option.flatMap(claims, decode)
    if (Option.isNone(read)) return Option.none()
    const { aud, azp, exp, iat, iss, scope } = read.value
    // Its life is as long as its dates say, and began when Sentinel's clock showed what it showed on `iat`.
    const end = shownOn(iat) + (exp - iat) * 1000
    const application = yield* directory.installation(aud, azp)
    const problem =
      now >= end
        ? `it expired at ${DateTime.formatIso(DateTime.makeUnsafe(end))}, appTokenLifetime after its issue`
        : Option.isNone(application)
          ? "its application was disabled or removed"
          : undefined
    return Option.some({
      accountId: aud,
      clientId: azp,
      scopes: scopesOf(scope),
      issuer: iss,
      issuedAt: iat,
      expiresAt: exp,
      problem
    })
  })
})

/** Writes into the journal what became of an app token, under the beginning of its hash, as with other tokens. */
export const note: Effect.Effect<(what: string, token: string) => Effect.Effect<void>, never, Digest.Digest> =
  Effect.map(
    Digest.Digest,
    (digest) => (what, token) =>
      Effect.flatMap(RequestContext.watched, (context) =>
        context === undefined
          ? Effect.void
          : Effect.map(
              digest.digestHex(Digest.sha256, Utf8.encode(token)),
              (id) => void context.steps.push({ what, accessToken: RequestContext.short(id) })
            )
      )
  )
