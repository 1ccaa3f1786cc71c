/**
 * The grant type `authorization_code` (RFC 6749 section 4.1.3).
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Directory } from "../Directory.ts"
import { SentinelProfile } from "../SentinelProfile.ts"
import { SentinelStore } from "../SentinelStore.ts"
import type { GrantHandler, GrantParts } from "./GrantRequest.ts"
import { invalidGrant, invalidRequest } from "./OAuthFailure.ts"

/**
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  answer,
  secrets,
  tokenSets
}: GrantParts): Effect.fn.Return<GrantHandler, never, Directory | SentinelStore> {
  const directory = yield* Directory
  const store = yield* SentinelStore
  const profile = yield* SentinelProfile
  const accessLifetime = Duration.toMillis(profile.accessTokenLifetime)
  const idleLifetime = Duration.toMillis(profile.sessionIdleLifetime)

  return Effect.fnUntraced(function* ({ accountId, body, installation, now }) {
    const code = body.get("code")
    if (code === undefined) return yield* invalidRequest("code is missing.")
    const { accessToken, refreshToken } = yield* tokenSets.random
    const mayRefresh = installation.grantTypes.includes("refresh_token")

    const outcome = yield* store.redeemCode(
      {
        id: yield* secrets.hash(code),
        accountId,
        clientId: installation.clientId,
        redirectUri: body.get("redirect_uri"),
        codeChallenge: undefined,
        tokens: {
          accessId: yield* secrets.hash(accessToken),
          accessExpiresAt: now + accessLifetime,
          refreshId: mayRefresh ? yield* secrets.hash(refreshToken) : undefined,
          sessionIdleExpiresAt: now + idleLifetime
        }
      },
      now
    )
    switch (outcome._tag) {
      case "Missing":
        return yield* invalidGrant(`code ${outcome.why ?? "unknown"}`)
      case "Mismatch":
        return yield* invalidGrant("redirect_uri is not that of the authorization request")
      case "Lost":
        // Two have had the code, and one of them should not. Nobody keeps what came from it (RFC 6749 section 4.1.2).
        yield* store.revokeGrant(outcome.grant.id, now)
        return yield* invalidGrant("code used twice: its grant is revoked")
      case "Won": {
        const user = yield* directory.user(accountId, outcome.grant.userId)
        if (Option.isNone(user)) {
          yield* store.revokeGrant(outcome.grant.id, now)
          return yield* invalidGrant("the user is disabled")
        }
        return yield* answer({
          accessToken,
          refreshToken: mayRefresh ? refreshToken : undefined,
          grant: outcome.grant,
          user: user.value,
          issuedAt: now
        })
      }
    }
  })
})
