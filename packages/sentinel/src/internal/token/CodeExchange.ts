/** The grant type `authorization_code` (RFC 6749 section 4.1.3). */
import type * as Digest from "effect/crypto/Digest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { type Grant, SentinelStore } from "../../SentinelStore.ts"
import * as Text from "@le-auth/core/shared/StorableText"
import { passesBy } from "../http/passesBy.ts"
import { wentWhereRegistered } from "../request/IssueCode.ts"
import type { GrantHandler, GrantParts } from "./GrantRequest.ts"
import { authenticationFailed, invalidGrant, invalidRequest } from "./OAuthFailure.ts"
import * as Pkce from "./Pkce.ts"
import type { TokenSet } from "./TokenSet.ts"

const mismatches = {
  redirectUri: "redirect_uri is not that of the authorization request: the code is burnt",
  codeChallenge: "code_verifier does not fit the code_challenge of the authorization request: the code is burnt"
}

const expired = "code expired: it or its session is older than the point for it, such as codeLifetime, allows"

/** Makes the handler of the grant type. */
export const make = Effect.fnUntraced(function* ({
  answer,
  secrets,
  tokenSets
}: GrantParts): Effect.fn.Return<GrantHandler, never, Digest.Digest | SentinelStore> {
  const store = yield* SentinelStore
  const dialect = yield* SentinelDialect
  const challengeOf = yield* Pkce.makeChallenge
  const accessLifetime = Duration.toMillis(dialect.accessTokenLifetime)
  const idleLifetime = Duration.toMillis(dialect.sessionIdleLifetime)

  /** One answer to every code that cannot be used (RFC 6749 section 5.2), under the name of the dialect for it. */
  const badCode = (reason: string) =>
    dialect.badCodeError === "invalid_grant" ? invalidGrant(reason) : authenticationFailed({ reason })

  return Effect.fnUntraced(function* ({ accountId, body, installation, issuer, now }) {
    const code = body.get("code")
    if (code === undefined) return yield* invalidRequest("code is missing.")
    const redirectUri = body.get("redirect_uri")
    // It is the only text that the store gets as it came, and not every store can hold every text.
    const problem = redirectUri === undefined ? undefined : Text.problemOf(redirectUri)
    if (problem !== undefined) return yield* invalidRequest(`redirect_uri ${problem}.`)
    const seed = yield* tokenSets.seed
    const { accessToken, refreshToken } = yield* tokenSets.successors(code, seed)
    const mayRefresh = installation.grantTypes.includes("refresh_token")
    const verifier = dialect.pkce === "ignored" ? undefined : body.get("code_verifier")

    const answerOf = (grant: Grant, tokens: TokenSet, issuedAt: number) =>
      answer({
        accessToken: tokens.accessToken,
        refreshToken: mayRefresh ? tokens.refreshToken : undefined,
        grant,
        withIdToken: true,
        issuedAt,
        issuer,
        now
      })

    const outcome = yield* store.redeemCode(
      {
        id: yield* secrets.hash(code),
        accountId,
        clientId: installation.clientId,
        redirectUri,
        codeChallenge: verifier === undefined ? undefined : yield* challengeOf(verifier),
        seed,
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
        return yield* badCode(outcome.why === "expired" ? expired : `code ${outcome.why ?? "unknown"}`)
      case "Mismatch":
        return yield* badCode(
          outcome.of === "codeChallenge" && installation.secretHash !== undefined
            ? `${mismatches.codeChallenge}. ${passesBy("pkce", "ignored")}`
            : mismatches[outcome.of]
        )
      case "Lost":
        // Two clients have had the code, and one of them should not. Both lose what came from it (RFC 6749 section
        // 4.1.2).
        yield* store.revokeGrant(outcome.grant.id, now)
        return yield* badCode("code used twice: its grant is revoked")
      case "Retry":
      case "Won": {
        // The redirect URI of the code may have been removed since.
        if (!(yield* wentWhereRegistered(secrets, outcome.grant, redirectUri, installation, dialect))) {
          yield* store.revokeGrant(outcome.grant.id, now)
          return yield* badCode("the redirect URI of the code is not registered anymore: its grant is revoked")
        }
        if (outcome._tag === "Won") return yield* answerOf(outcome.grant, { accessToken, refreshToken }, now)
        // The client never got the answer of the call that redeemed the code: this is its answer.
        const tokens = yield* tokenSets.successors(code, outcome.seed)
        return yield* answerOf(outcome.grant, tokens, outcome.usedAt)
      }
    }
  })
})
