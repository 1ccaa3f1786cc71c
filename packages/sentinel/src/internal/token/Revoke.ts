/**
 * The revocation endpoint (RFC 7009). As LivePerson's, it ends all sessions of the user in the account.
 *
 * @see LivePerson, LE Applications Authorization API, "Token revocation request"
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { SentinelStore } from "../../SentinelStore.ts"
import { bearerToken } from "../http/bearerToken.ts"
import { passesBy } from "../http/passesBy.ts"
import * as RequestContext from "../http/RequestContext.ts"
import type { Handler, Incoming } from "../http/RouteHandlers.ts"
import type { Secrets } from "../session/Secrets.ts"
import type { ClientAuthentication } from "./ClientAuthentication.ts"
import { invalidGrant, invalidRequest, tokenHeaders } from "./OAuthFailure.ts"
import { answering, checkVersion, readForm } from "./TokenForm.ts"

const byBearer =
  "RFC 7009 section 2.1: the client is not authenticated, and an access token in the header revokes itself. " +
  "bearerRevocation=false refuses it."

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

  /** Which token is to be revoked, and the application that may do so. */
  const read = Effect.fnUntraced(function* (incoming: Incoming) {
    const body = yield* readForm(incoming)
    const bearer = bearerToken(incoming.request.headers["authorization"])
    if (bearer !== undefined && Object.keys(body.toRecord()).length === 0) {
      if (!dialect.bearerRevocation) {
        return yield* invalidRequest(
          `client_id, client_secret and token are missing. ${passesBy("bearerRevocation", true)} The token then revokes itself.`
        )
      }
      yield* RequestContext.warned(byBearer)
      const id = yield* secrets.hash(bearer)
      const found = Option.getOrUndefined(yield* store.findAccess(id, yield* Clock.currentTimeMillis))
      return { id, clientId: found?.grant.clientId ?? "" }
    }
    const { clientId } = yield* authenticate(incoming, body, authentication)
    const token = body.get("token")
    if (token === undefined) return yield* invalidRequest("token is missing.")
    return { id: yield* secrets.hash(token), clientId }
  })

  return answering(
    "revoke",
    dialect,
    Effect.fnUntraced(function* (incoming) {
      const { accountId } = incoming
      yield* checkVersion(incoming, dialect, "tokenVersions")
      const { clientId, id } = yield* read(incoming)
      const outcome = yield* store.revokeToken({ id, accountId, clientId }, yield* Clock.currentTimeMillis)
      const isRevoked = outcome._tag === "Revoked"
      const reason = isRevoked ? "user signed out everywhere" : `nothing to revoke: token ${outcome.why ?? "unknown"}`
      if (!isRevoked && dialect.unknownTokenStatus === 400) {
        return yield* invalidGrant(`${reason}. The point unknownTokenStatus=200 answers it as if it were revoked.`)
      }
      yield* Effect.logInfo(reason).pipe(Effect.annotateLogs({ account: accountId, client: clientId }))
      // An empty object, since some clients parse an answer whatever it is: simple-oauth2 fails without this content
      // type, and @badgateway/oauth2-client fails with it if there is no JSON behind it.
      return HttpServerResponse.text("{}", { contentType: "application/json", headers: tokenHeaders })
    })
  )
})
