/**
 * What an application does for itself, as a service.
 *
 * @since 0.1.0
 */
import type { AppClaims } from "@le-auth/core/AppJwt"
import type { AppTokenError } from "@le-auth/core/AppTokens"
import type { AccessToken } from "@le-auth/core/Identifiers"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Incoming from "./Incoming.ts"
import type { InvalidArgument } from "./InvalidArgument.ts"
import type * as ServiceCall from "./ServiceCall.ts"

/**
 * What an application does without a user, as effects that need nothing more. A program with effects takes those of
 * `ServiceCall` and `Incoming` instead; this is for the promises of `AppFunctions`, so that a program
 * without them does not carry them. `AppFunctions.layer` gives it.
 *
 * @category services
 * @since 0.1.0
 */
export class AppAccess extends Context.Service<
  AppAccess,
  {
    /** See `ServiceCall.appToken`. */
    readonly appToken: (
      ...args: Parameters<typeof ServiceCall.appToken>
    ) => Effect.Effect<AccessToken, AppTokenError | InvalidArgument>
    /** See `ServiceCall.callApiAsApp`. */
    readonly callApiAsApp: (
      ...args: Parameters<typeof ServiceCall.callApiAsApp>
    ) => Effect.Effect<Response, ServiceCall.ServiceError | AppTokenError | InvalidArgument>
    /** See `Incoming.verifyAppToken`. */
    readonly verifyAppToken: (
      ...args: Parameters<typeof Incoming.verifyAppToken>
    ) => Effect.Effect<AppClaims, Effect.Error<ReturnType<typeof Incoming.verifyAppToken>>>
    /** See `Incoming.verifyWebhook`. */
    readonly verifyWebhook: (
      ...args: Parameters<typeof Incoming.verifyWebhook>
    ) => Effect.Effect<Uint8Array, Effect.Error<ReturnType<typeof Incoming.verifyWebhook>>>
  }
>()("@le-auth/web/AppAccess") {}
