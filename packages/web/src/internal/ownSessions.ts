/** Which sessions of a store are those of this application: those of the client that it is in their account. */
import type { AppInstallations } from "@le-auth/core/AppInstallations"
import type { AccountId } from "@le-auth/core/Identifiers"
import type { SessionKey } from "@le-auth/core/Session"
import { BoundedMap } from "@le-auth/core/shared/BoundedMap"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"

/** The installations may be in a database, which is not asked again for each request. */
const capacity = 10_000

export const make = (installations: AppInstallations["Service"]) => {
  const known = new BoundedMap<true>({ capacity })

  const isInstalled = (accountId: AccountId, clientId: string): Effect.Effect<boolean, StoreError> =>
    installations.find(accountId).pipe(
      Effect.map((installation) => installation.clientId === clientId),
      Effect.catchTag("UnknownInstallation", () => Effect.succeed(false))
    )

  return ({ accountId, clientId }: SessionKey): Effect.Effect<boolean, StoreError> =>
    Effect.suspend(() => {
      const id = `${accountId} ${clientId}`
      if (known.get(id) !== undefined) return Effect.succeed(true)
      return Effect.tap(isInstalled(accountId, clientId), (isOwn) =>
        Effect.sync(() => {
          if (isOwn) known.set(id, true)
        })
      )
    })
}
