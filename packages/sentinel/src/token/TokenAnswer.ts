/**
 * The successful answer of the token endpoint (RFC 6749 section 5.1).
 *
 * @see LivePerson, LE Applications Authorization API, "Token request", "Refresh request"
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { User } from "../Directory.ts"
import { SentinelProfile } from "../SentinelProfile.ts"
import type { Grant } from "../SentinelStore.ts"
import { SigningKeys } from "../SigningKeys.ts"
import { noStore } from "./OAuthFailure.ts"

/**
 * Makes the function that answers. `issuedAt` is the time of the id_token, in milliseconds since 1970; the id_token is left
 * out when `user` is.
 *
 * @since 0.1.0
 */
export const make = Effect.gen(function* () {
  const keys = yield* SigningKeys
  const profile = yield* SentinelProfile
  const idTokenSeconds = Duration.toSeconds(profile.idTokenLifetime)
  const accessSeconds = Duration.toSeconds(profile.accessTokenLifetime)
  const expiresIn = { number: accessSeconds, string: String(accessSeconds), absent: undefined }[profile.expiresIn]

  const idToken = (grant: Grant, user: User, issuedAt: number) => {
    const iat = Math.floor(issuedAt / 1000)
    return Effect.orDie(
      keys.sign({
        sub: user.id,
        aud: grant.clientId,
        iss: profile.issuer,
        exp: iat + idTokenSeconds,
        iat,
        is_admin: user.isAdmin,
        is_lpa: user.isLpa
      })
    )
  }

  return Effect.fnUntraced(function* (options: {
    readonly accessToken: string
    readonly refreshToken: string | undefined
    readonly grant: Grant
    readonly user: User | undefined
    readonly issuedAt: number
  }) {
    const { accessToken, grant, issuedAt, refreshToken, user } = options
    return HttpServerResponse.jsonUnsafe(
      {
        access_token: accessToken,
        token_type: "Bearer",
        refresh_token: refreshToken,
        id_token: user === undefined ? undefined : yield* idToken(grant, user, issuedAt),
        expires_in: expiresIn
      },
      { headers: noStore }
    )
  })
})

/**
 * @since 0.1.0
 */
export type TokenAnswer = Effect.Success<typeof make>
