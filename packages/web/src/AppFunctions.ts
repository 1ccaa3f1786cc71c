/**
 * What an application does for itself, without a user, by promises: its token, its calls, and whether LivePerson sent
 * what came in.
 *
 * @since 0.1.0
 */
import type { AppInstallations } from "@le-auth/core/AppInstallations"
import type { AppClaims } from "@le-auth/core/AppJwt"
import type { AppTokens } from "@le-auth/core/AppTokens"
import type { Domains } from "@le-auth/core/Domains"
import type { AccessToken } from "@le-auth/core/Identifiers"
import type { KeySets } from "@le-auth/core/KeySets"
import type { Origin } from "@le-auth/core/Origin"
import type * as Mac from "effect/crypto/Mac"
import type * as Signature from "effect/crypto/Signature"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Incoming from "./Incoming.ts"
import * as Running from "./internal/running.ts"
import * as ServiceCall from "./ServiceCall.ts"
import type { WithHeaders } from "./UserSession.ts"

/**
 * The services that {@link AppFunctions} need.
 *
 * @category models
 * @since 0.1.0
 */
export type Services =
  | AppTokens
  | AppInstallations
  | Domains
  | KeySets
  | HttpClient.HttpClient
  | Signature.Signature
  | Mac.Mac

/**
 * What an application does without a user. A promise rejects with the errors of its effect.
 *
 * @category models
 * @since 0.1.0
 */
export interface AppFunctions {
  /** An app token that is valid now. See `ServiceCall.appToken`. */
  readonly appToken: (options?: ServiceCall.AppTokenOptions) => Promise<AccessToken>
  /** Calls an API of LivePerson for the application itself. See `ServiceCall.callApiAsApp`. */
  readonly callApiAsApp: (service: string, path: string, init?: ServiceCall.AppInit) => Promise<Response>
  /** The claims of the app token that a request brings. See `Incoming.verifyAppToken`. */
  readonly verifyAppToken: (who: WithHeaders, options?: Incoming.VerifyOptions) => Promise<AppClaims>
  /** The body of a webhook, if LivePerson signed it. See `Incoming.verifyWebhook`. */
  readonly verifyWebhook: (request: Incoming.WithBody, options?: Incoming.WebhookOptions) => Promise<Uint8Array>
}

/**
 * The functions of a program that signs in no user, and what is around them.
 *
 * @category models
 * @since 0.1.0
 */
export interface AppProgram extends AppFunctions {
  /** The origin of a service of LivePerson for an account, such as for a WebSocket. */
  readonly serviceOrigin: (accountId: string, service: string) => Promise<Origin>
  /** Settles when the layer is built. Rejects with the layer's error, as every function then does. */
  readonly ready: Promise<void>
  /** Releases the resources of the layer. */
  readonly dispose: () => Promise<void>
}

/**
 * Makes the functions of a program that signs in no user: it needs no routes, no redirect URI and no session. The layer
 * is built at once. A program that does sign users in has the same functions from `WebSignIn.toWebHandler`.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as AppTokenStore from "@le-auth/core/AppTokenStore"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as NodeAppTokens from "@le-auth/node/NodeAppTokens"
 * import * as AppFunctions from "@le-auth/web/AppFunctions"
 * import * as Layer from "effect/Layer"
 *
 * const { callApiAsApp, dispose } = AppFunctions.make(
 *   NodeAppTokens.layer.pipe(
 *     Layer.provide(Layer.merge(AppTokenStore.layerMemory, RefreshLock.layerMemory)),
 *     Layer.provideMerge(AppInstallations.layerConfig)
 *   )
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E>(services: Layer.Layer<Services, E>): AppProgram => {
  const runtime = ManagedRuntime.make(services)
  const running = Running.make(runtime)
  return {
    ...Running.appFunctions(running),
    serviceOrigin: (accountId, service) => running.run(ServiceCall.serviceOrigin(accountId, service)),
    ready: running.ready,
    dispose: () => runtime.dispose()
  }
}
