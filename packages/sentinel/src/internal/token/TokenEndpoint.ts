/**
 * The token endpoint (RFC 6749 section 3.2).
 *
 * @see LivePerson, LE Applications Authorization API, "Token request", "Refresh request"
 */
import type { GrantType } from "@le-auth/core/InstallationDocument"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { SentinelDialect } from "../../SentinelDialect.ts"
import type { Issuer } from "../documents/Issuer.ts"
import type { Handler } from "../http/RouteHandlers.ts"
import type { ClientAuthentication } from "./ClientAuthentication.ts"
import type { GrantHandler } from "./GrantRequest.ts"
import { invalidRequest, OAuthFailure } from "./OAuthFailure.ts"
import { answering, checkVersion, readForm } from "./TokenForm.ts"

/** Makes the endpoint. `grants` are the grant types that it has. */
export const make = Effect.fnUntraced(function* (
  authenticate: ClientAuthentication,
  issuer: Issuer,
  grants: ReadonlyMap<string, GrantHandler>
): Effect.fn.Return<Handler> {
  const dialect = yield* SentinelDialect
  const authentication = { status: dialect.tokenClientErrorStatus, inQuery: false }

  return answering(
    "token",
    dialect,
    Effect.fnUntraced(function* (incoming) {
      yield* checkVersion(incoming, dialect, "tokenVersions")
      const body = yield* readForm(incoming)
      const installation = yield* authenticate(incoming, body, authentication)
      const grantType = body.get("grant_type")
      if (grantType === undefined) return yield* invalidRequest("grant_type is missing.")
      const grant = grants.get(grantType)
      if (grant === undefined) {
        return yield* new OAuthFailure({
          error: "unsupported_grant_type",
          description:
            "grant_type must be authorization_code or refresh_token. For client_credentials there is app/token."
        })
      }
      if (!installation.grantTypes.includes(grantType as GrantType)) {
        return yield* new OAuthFailure({
          error: "unauthorized_client",
          description: "The installation does not have this grant type."
        })
      }
      const now = yield* Clock.currentTimeMillis
      const { accountId, request } = incoming
      return yield* grant({ accountId, installation, body, now, issuer: issuer.ofIdTokens(accountId, request) })
    })
  )
})
