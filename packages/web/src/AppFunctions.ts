/**
 * What an application does for itself, without a user, by promises: its token, its calls, and whether LivePerson sent
 * what came in.
 *
 * @since 0.1.0
 */
import { AppInstallations } from "@le-auth/core/AppInstallations"
import type { AppClaims } from "@le-auth/core/AppJwt"
import { AppTokens } from "@le-auth/core/AppTokens"
import { Domains } from "@le-auth/core/Domains"
import type { AccessToken } from "@le-auth/core/Identifiers"
import * as KeySets from "@le-auth/core/KeySets"
import type { Origin } from "@le-auth/core/Origin"
import * as Context from "effect/Context"
import * as Mac from "effect/crypto/Mac"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { AppAccess } from "./AppAccess.ts"
import * as Incoming from "./Incoming.ts"
import * as Running from "./internal/running.ts"
import * as Whose from "./internal/whose.ts"
import * as ServiceCall from "./ServiceCall.ts"
import type { WithHeaders } from "./UserSession.ts"

/**
 * The services that {@link layer} needs.
 *
 * @category models
 * @since 0.1.0
 */
export type Services =
  | AppTokens
  | AppInstallations
  | Domains
  | KeySets.KeySets
  | HttpClient.HttpClient
  | Signature.Signature
  | Mac.Mac

/**
 * Gives `WebSignIn.toWebHandler` and {@link make} what the application does without a user.
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
 * const AppAccessLive = AppFunctions.layer.pipe(
 *   Layer.provideMerge(NodeAppTokens.layer),
 *   Layer.provide([AppInstallations.layerConfig, AppTokenStore.layerMemory, RefreshLock.layerMemory])
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<AppAccess, never, Services> = Layer.effect(
  AppAccess,
  Effect.gen(function* () {
    const services = yield* Effect.context<Services>()
    const tokens = Context.get(services, AppTokens)
    // Nothing else of the time when the layer was built, such as a span.
    const own = Effect.provideContext(
      Context.pick(
        AppTokens,
        AppInstallations,
        Domains,
        KeySets.KeySets,
        HttpClient.HttpClient,
        Signature.Signature,
        Mac.Mac
      )(services)
    )
    return AppAccess.of({
      appToken: (options) => Whose.appToken(tokens, options),
      callApiAsApp: (...args) => own(ServiceCall.callApiAsApp(...args)),
      verifyAppToken: (...args) => own(Incoming.verifyAppToken(...args)),
      verifyWebhook: (...args) => own(Incoming.verifyWebhook(...args))
    })
  })
)

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
 *   AppFunctions.layer.pipe(
 *     Layer.provideMerge(NodeAppTokens.layer),
 *     Layer.provide([AppInstallations.layerConfig, AppTokenStore.layerMemory, RefreshLock.layerMemory])
 *   )
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <E>(services: Layer.Layer<AppAccess | Domains, E>): AppProgram => {
  const runtime = ManagedRuntime.make(services)
  const running = Running.make(runtime)
  return {
    ...Running.appFunctions(running),
    serviceOrigin: (accountId, service) => running.run(ServiceCall.serviceOrigin(accountId, service)),
    ready: running.ready,
    dispose: () => runtime.dispose()
  }
}
