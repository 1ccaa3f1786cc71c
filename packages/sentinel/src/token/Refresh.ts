/**
 * The grant type `refresh_token` (RFC 6749 section 6).
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Directory } from "../Directory.ts"
import { SentinelProfile } from "../SentinelProfile.ts"
import { type Grant, SentinelStore } from "../SentinelStore.ts"
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
  const grace = Duration.toMillis(profile.refreshGrace)
  const rotates = profile.rotateRefreshTokens

  return Effect.fnUntraced(function* ({ accountId, body, installation, now }) {
    const presented = body.get("refresh_token")
    if (presented === undefined) return yield* invalidRequest("refresh_token is missing.")
    const seed = yield* tokenSets.seed
    const successors = yield* tokenSets.successors(presented, seed)

    /** The answer of the call that used the token, be it this one or one whose answer was lost. */
    const answerOf = Effect.fnUntraced(function* (grant: Grant, tokens: typeof successors, issuedAt: number) {
      const user = yield* directory.user(accountId, grant.userId)
      if (Option.isNone(user)) {
        yield* store.revokeGrant(grant.id, now)
        return yield* invalidGrant("the user is disabled")
      }
      return yield* answer({
        accessToken: tokens.accessToken,
        refreshToken: rotates ? tokens.refreshToken : presented,
        grant,
        user: profile.idTokenOnRefresh ? user.value : undefined,
        issuedAt
      })
    })

    const outcome = yield* store.rotateRefresh(
      {
        id: yield* secrets.hash(presented),
        accountId,
        clientId: installation.clientId,
        seed,
        grace,
        tokens: {
          accessId: yield* secrets.hash(successors.accessToken),
          accessExpiresAt: now + accessLifetime,
          refreshId: rotates ? yield* secrets.hash(successors.refreshToken) : undefined,
          sessionIdleExpiresAt: now + idleLifetime
        }
      },
      now
    )
    switch (outcome._tag) {
      case "Missing":
        return yield* invalidGrant(`refresh token ${outcome.why ?? "unknown"}`)
      case "Reused":
        // A thief or the owner has an old token; who, cannot be told, so both lose the grant (RFC 9700 section 4.14.2).
        yield* store.revokeGrant(outcome.grant.id, now)
        return yield* invalidGrant("refresh token used twice: its grant is revoked")
      case "Retry":
        return yield* answerOf(outcome.grant, yield* tokenSets.successors(presented, outcome.seed), outcome.usedAt)
      case "Rotated":
        return yield* answerOf(outcome.grant, successors, now)
    }
  })
})
