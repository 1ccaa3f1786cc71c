/** The installations of many accounts, by a function of the application. */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { ClientId, ClientSecret, type RedirectUri } from "@le-auth/core/Identifiers"
import { load } from "@le-auth/core/Settings"
import { StoreError } from "@le-auth/core/StoreError"
import * as StoreOperation from "@le-auth/core/StoreOperation"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Installation, Options } from "../Options.ts"
import { withoutValues } from "./customAnswers.ts"

const store = "function installations"
const run = StoreOperation.operations(store)("find")

/** Asked afresh each time, so that a secret that was changed counts at once. */
export const layer = (
  find: NonNullable<Options["installations"]>,
  redirectUri: RedirectUri | undefined
): Layer.Layer<AppInstallations.AppInstallations> =>
  Layer.succeed(AppInstallations.AppInstallations, {
    find: Effect.fnUntraced(function* (accountId) {
      if (accountId === undefined) return yield* new AppInstallations.UnknownInstallation({})
      const found: Installation | undefined = yield* run(
        Effect.tryPromise({ try: async () => find(accountId), catch: (error) => withoutValues(error, []) })
      )
      if (found === undefined || found === null) return yield* new AppInstallations.UnknownInstallation({ accountId })
      const { clientId, clientSecret } = yield* load({ clientId: ClientId, clientSecret: ClientSecret }).pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(typeof found === "object" ? { ...found } : {}))),
        Effect.mapError(({ problems }) => new StoreError({ store, operation: "find", problem: problems.join("; ") }))
      )
      const redirectUris = redirectUri === undefined ? [] : [redirectUri]
      return new AppInstallations.AppInstallation({ accountId, clientId, clientSecret, redirectUris })
    })
  })
