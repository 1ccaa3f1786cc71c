// The application that each runtime runs, unchanged: it knows `Request` and `Response`, and nothing of where it is. It
// keeps nothing but cookies, so that a worker can be it, too.
import * as AppInstallations from "@le-auth/core/AppInstallations"
import type * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as Seal from "@le-auth/core/Seal"
import * as WebhookSignature from "@le-auth/core/WebhookSignature"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as Stateless from "@le-auth/web/Stateless"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"

/** What of le-auth depends on the runtime. */
export interface Composition {
  readonly signIn: typeof FetchSignIn.layerServer
  readonly seal: typeof Seal.layerWebCrypto
}

export const webhook = "/webhook"

/** A route of its own: whether a webhook is genuine. */
const webhooks = HttpRouter.add(
  "POST",
  webhook,
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const body = new Uint8Array(yield* request.arrayBuffer)
    const header = request.headers[WebhookSignature.headerName]
    return HttpServerResponse.text((yield* WebhookSignature.verify({ body, header }))._tag)
  }).pipe(Effect.orDie)
)

/** @param env its settings */
export const make = ({ seal, signIn }: Composition, env: Readonly<Record<string, string | undefined>>) =>
  WebSignIn.toWebHandler(
    signIn.pipe(
      Layer.provideMerge(Stateless.layer),
      Layer.provideMerge(WebApplication.layer),
      Layer.provide(RefreshLock.layerMemory),
      Layer.provideMerge(AppInstallations.layerConfig),
      Layer.provide(Seal.layerConfig),
      Layer.provide(seal),
      Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env)))
    ),
    {
      routes: Layer.merge(
        webhooks,
        ApiProxy.layer({
          services: { accountConfigReadOnly: { paths: ["/api/account/{account}/configuration/le-users/users/*"] } }
        })
      )
    }
  )
