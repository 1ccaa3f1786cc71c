/** The grant type `refresh_token` (RFC 6749 section 6). */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { type Grant, SentinelStore } from "../../SentinelStore.ts"
import { passesBy } from "../http/passesBy.ts"
import * as RequestContext from "../http/RequestContext.ts"
import type { GrantHandler, GrantParts } from "./GrantRequest.ts"
import { invalidGrant, invalidRequest } from "./OAuthFailure.ts"

const olderToken =
  "RFC 9700 section 4.14.2: a refresh token was used that is not the newest of its grant. refreshTokens=rotate refuses it."

const usedTwice =
  `refresh token used twice: its grant is revoked. ${passesBy("refreshTokens", "keep")} If an answer was lost, a longer ` +
  "refreshGrace does."

const expired = (keeps: boolean) =>
  "refresh token expired: its session has ended, after sessionIdleLifetime or sessionLifetime" +
  (keeps ? "; or its grant has 64 newer ones" : "")

/** Makes the handler of the grant type. */
export const make = Effect.fnUntraced(function* ({
  answer,
  secrets,
  tokenSets
}: GrantParts): Effect.fn.Return<GrantHandler, never, SentinelStore> {
  const store = yield* SentinelStore
  const dialect = yield* SentinelDialect
  const accessLifetime = Duration.toMillis(dialect.accessTokenLifetime)
  const idleLifetime = Duration.toMillis(dialect.sessionIdleLifetime)
  const grace = Duration.toMillis(dialect.refreshGrace)
  const isRenewed = dialect.refreshTokens !== "same"
  const keeps = dialect.refreshTokens === "keep"

  return Effect.fnUntraced(function* ({ accountId, body, installation, issuer, now }) {
    const presented = body.get("refresh_token")
    if (presented === undefined) return yield* invalidRequest("refresh_token is missing.")
    const seed = yield* tokenSets.seed
    const successors = yield* tokenSets.successors(presented, seed)

    /** The answer of the call that used the token: this one, or an earlier one whose answer was lost. */
    const answerOf = (grant: Grant, tokens: typeof successors, issuedAt: number) =>
      answer({
        accessToken: tokens.accessToken,
        refreshToken: isRenewed ? tokens.refreshToken : presented,
        // A nonce belongs to the sign-in, not to what follows from it (OpenID Connect Core section 12.2).
        grant: { ...grant, nonce: undefined },
        withIdToken: dialect.idTokenOnRefresh,
        issuedAt,
        issuer,
        now
      })

    const outcome = yield* store.rotateRefresh(
      {
        id: yield* secrets.hash(presented),
        accountId,
        clientId: installation.clientId,
        seed,
        grace,
        keeps,
        tokens: {
          accessId: yield* secrets.hash(successors.accessToken),
          accessExpiresAt: now + accessLifetime,
          refreshId: isRenewed ? yield* secrets.hash(successors.refreshToken) : undefined,
          sessionIdleExpiresAt: now + idleLifetime
        }
      },
      now
    )
    switch (outcome._tag) {
      case "Missing":
        return yield* invalidGrant(
          outcome.why === "expired" ? expired(keeps) : `refresh token ${outcome.why ?? "unknown"}`
        )
      case "Reused":
        // Either a thief or the owner has an old token. There is no telling which, so both lose the grant (RFC 9700
        // section 4.14.2).
        yield* store.revokeGrant(outcome.grant.id, now)
        return yield* invalidGrant(usedTwice)
      case "Retry":
        return yield* answerOf(outcome.grant, yield* tokenSets.successors(presented, outcome.seed), outcome.usedAt)
      case "Kept":
        if (outcome.isOlder) yield* RequestContext.warned(olderToken)
        return yield* answerOf(outcome.grant, successors, now)
      case "Rotated":
        return yield* answerOf(outcome.grant, successors, now)
    }
  })
})
