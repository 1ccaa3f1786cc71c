/**
 * The client and the Sentinel host for the calls of a session. A session of another client, such as that of an
 * application with the same store, has none: its refresh token is never sent with these credentials.
 */
import * as Effect from "effect/Effect"
import { AppInstallations, type UnknownInstallation } from "../AppInstallations.ts"
import { Domains, type DomainsError } from "../Domains.ts"
import type { ClientContext } from "../SentinelClient.ts"
import type { Session } from "../Session.ts"
import { NotSignedIn } from "../SessionError.ts"
import type { StoreError } from "../StoreError.ts"

export const make = Effect.gen(function* () {
  const installations = yield* AppInstallations
  const domains = yield* Domains

  /**
   * While the Domain API cannot be asked, the Sentinel that gave the tokens will do, if secrets may still be sent to
   * it.
   */
  const sentinelOf = ({ key, sentinel }: Session) =>
    Effect.catchReason(domains.resolve(key.accountId, "sentinel"), "DomainsError", "Unavailable", (_, error) =>
      sentinel !== undefined && domains.allows(new URL(sentinel)) ? Effect.succeed(sentinel) : Effect.fail(error)
    )

  return (
    session: Session
  ): Effect.Effect<ClientContext, DomainsError | UnknownInstallation | StoreError | NotSignedIn> =>
    Effect.gen(function* () {
      const installation = yield* installations.find(session.key.accountId)
      if (installation.clientId !== session.key.clientId) return yield* new NotSignedIn()
      return { installation, sentinel: yield* sentinelOf(session) }
    })
})
