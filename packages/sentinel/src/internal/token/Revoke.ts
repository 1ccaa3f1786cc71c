/**
 * The revocation endpoint (RFC 7009). As LivePerson's, it ends all sessions of the user in the account.
 *
 * @see LivePerson, LE Applications Authorization API, "Token revocation request"
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { SentinelStore } from "../../SentinelStore.ts"
import type { Handler } from "../http/RouteHandlers.ts"
import type { Secrets } from "../session/Secrets.ts"
import type { ClientAuthentication } from "./ClientAuthentication.ts"
import { invalidGrant, invalidRequest, tokenHeaders } from "./OAuthFailure.ts"
import { answering, checkVersion, readForm } from "./TokenForm.ts"

/**
 * A token that is unknown, expired, revoked or another application's gets the same 200 as one that was revoked (RFC
 * 7009 section 2.2), unless the dialect says otherwise. `token_type_hint` is not needed: all kinds of tokens are looked
 * up.
 */
export const make = Effect.fnUntraced(function* (
  authenticate: ClientAuthentication,
  secrets: Secrets
): Effect.fn.Return<Handler, never, SentinelStore> {
  const store = yield* SentinelStore
  const dialect = yield* SentinelDialect
  const authentication = { status: dialect.revokeClientErrorStatus, inQuery: false }

  return answering(
    "revoke",
    dialect,
    Effect.fnUntraced(function* (incoming) {
      const { accountId } = incoming
      yield* checkVersion(incoming, dialect)
      const body = yield* readForm(incoming)
      const { clientId } = yield* authenticate(incoming, body, authentication)
      const token = body.get("token")
      if (token === undefined) return yield* invalidRequest("token is missing.")
      const now = yield* Clock.currentTimeMillis
      const outcome = yield* store.revokeToken({ id: yield* secrets.hash(token), accountId, clientId }, now)
      const isRevoked = outcome._tag === "Revoked"
      const reason = isRevoked ? "user signed out everywhere" : `nothing to revoke: token ${outcome.why ?? "unknown"}`
      if (!isRevoked && dialect.unknownTokenStatus === 400) return yield* invalidGrant(reason)
      yield* Effect.logInfo(reason).pipe(Effect.annotateLogs({ account: accountId, client: clientId }))
      // An empty object, since some clients parse an answer whatever it is: simple-oauth2 fails without this content
      // type, and @badgateway/oauth2-client fails with it if there is no JSON behind it.
      return HttpServerResponse.text("{}", { contentType: "application/json", headers: tokenHeaders })
    })
  )
})
