/**
 * The successful answer of the token endpoint (RFC 6749 section 5.1).
 *
 * @see LivePerson, LE Applications Authorization API, "Token request", "Refresh request"
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { Directory, type User } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { type Grant, SentinelStore } from "../../SentinelStore.ts"
import { SigningKeys } from "../../SigningKeys.ts"
import type { Issuer } from "../documents/Issuer.ts"
import { invalidGrant, tokenHeaders, type OAuthFailure } from "./OAuthFailure.ts"
import * as TokenTime from "./TokenTime.ts"

/** `expires_in` in a form of the dialect. */
export const expiresIn = (
  form: SentinelDialect["expiresIn"],
  lifetime: Duration.Duration
): number | string | undefined => {
  const seconds = Duration.toSeconds(lifetime)
  return { number: seconds, string: String(seconds), absent: undefined }[form]
}

/**
 * Answers with the tokens of a grant, if its user is still there; else the grant is revoked. Times are milliseconds
 * since 1970 by Sentinel's clock; `issuedAt` is that of the id_token.
 */
export type TokenAnswer = (options: {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly grant: Grant
  readonly withIdToken: boolean
  readonly issuedAt: number
  readonly now: number
}) => Effect.Effect<HttpServerResponse.HttpServerResponse, OAuthFailure | StoreError>

/** Makes {@link TokenAnswer} with the issuer of its id_tokens. */
export const make = Effect.fnUntraced(function* (
  issuer: Issuer
): Effect.fn.Return<TokenAnswer, never, Directory | SentinelStore | SigningKeys> {
  const directory = yield* Directory
  const keys = yield* SigningKeys
  const store = yield* SentinelStore
  const dialect = yield* SentinelDialect
  const secondsOf = yield* TokenTime.seconds
  const idTokenSeconds = Duration.toSeconds(dialect.idTokenLifetime)
  const expires_in = expiresIn(dialect.expiresIn, dialect.accessTokenLifetime)

  const idToken = (grant: Grant, user: User, issuedAt: number) => {
    const iat = secondsOf(issuedAt)
    return keys
      .sign({
        sub: user.id,
        aud: grant.clientId,
        iss: issuer.ofIdTokens(grant.accountId),
        exp: iat + idTokenSeconds,
        iat,
        nonce: grant.nonce,
        is_admin: user.isAdmin,
        is_lpa: user.isLpa
      })
      .pipe(Effect.catchTag("CryptoError", Effect.die))
  }

  return Effect.fnUntraced(function* ({ accessToken, grant, issuedAt, now, refreshToken, withIdToken }) {
    const user = yield* directory.user(grant.accountId, grant.userId)
    if (Option.isNone(user)) {
      yield* store.revokeGrant(grant.id, now)
      return yield* invalidGrant("the user is disabled")
    }
    return HttpServerResponse.jsonUnsafe(
      {
        access_token: accessToken,
        token_type: "Bearer",
        refresh_token: refreshToken,
        id_token: withIdToken ? yield* idToken(grant, user.value, issuedAt) : undefined,
        expires_in
      },
      { headers: tokenHeaders }
    )
  })
})
