/**
 * A session: what an application holds after a sign-in.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { explaining } from "./internal/explaining.ts"
import { AccessToken, AccountId, ClientId, RefreshToken, Subject } from "./Identifiers.ts"
import { Origin } from "./Origin.ts"
import { UnverifiedClaims, VerifiedClaims } from "./IdToken.ts"

/**
 * The subject of a session whose sign-in brought no id_token, as in older documentation: the user is unknown.
 *
 * @category models
 * @since 0.1.0
 */
export const unidentified: Subject = Subject.make("unidentified")

/**
 * Names a session. A session cannot be read through another account's key.
 *
 * @category models
 * @since 0.1.0
 */
export class SessionKey extends explaining(
  Schema.Class<SessionKey>("@le-auth/core/SessionKey")({
    accountId: AccountId,
    clientId: ClientId,
    subject: Subject,
    /** Of one sign-in, so that each browser has a session of its own: random. Absent where a user has one session. */
    instance: Schema.optionalKey(
      Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/, { expected: "1 to 64 characters of base64url" }))
    )
  })
) {
  /** One text for all parts, for stores: URL-encoded, so no part can imitate another. */
  override toString(): string {
    const { accountId, clientId, instance, subject } = this
    const parts = instance === undefined ? [accountId, clientId, subject] : [accountId, clientId, subject, instance]
    return parts.map(encodeURIComponent).join("/")
  }
}

/**
 * Names one set of tokens of a session: `Sessions` makes a new one, 128 random bits in base64url, with each set that
 * it saves, and a store never does. Each write names the generation that it replaces, so tokens that the writer has
 * not seen are not replaced. A session that was kept by a version without generations has the empty one.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Generation = Schema.String.check(
  Schema.isPattern(/^(?:[A-Za-z0-9_-]{22})?$/, { expected: "22 characters of base64url, or none" })
).pipe(Schema.brand("Generation"))

export type Generation = typeof Generation.Type

/**
 * The tokens of one user in one account, and what is known about the user.
 *
 * Times are milliseconds since the epoch. The tokens are redacted: they do not show in logs, JSON or `inspect`.
 *
 * @category models
 * @since 0.1.0
 */
export class Session extends explaining(
  Schema.Class<Session>("@le-auth/core/Session")({
    key: SessionKey,
    /** Of this set of tokens. */
    generation: Generation.pipe(Schema.withDecodingDefaultKey(Effect.succeed(""))),
    accessToken: AccessToken,
    /** Absent if the installation does not have the grant type `refresh_token`. */
    refreshToken: Schema.optionalKey(RefreshToken),
    /** The user, from the id_token of the sign-in. LivePerson gives none on a refresh, so these are kept. */
    claims: Schema.optionalKey(Schema.Union([VerifiedClaims, UnverifiedClaims])),
    /** When the user signed in. */
    signedInAt: Schema.Finite,
    /**
     * When these tokens came; absent for a session that was kept by a version that did not say: then it is
     * `signedInAt`.
     */
    renewedAt: Schema.optionalKey(Schema.Finite),
    /** The origin that gave the tokens, for when the Domain API cannot be asked. */
    sentinel: Schema.optionalKey(Origin),
    /** From when on the access token is refreshed before it is used. */
    refreshAt: Schema.Finite,
    /** When the access token ends. */
    expiresAt: Schema.Finite
  })
) {}
