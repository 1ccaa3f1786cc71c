// The application that each runtime runs, unchanged: it knows `Request` and `Response`, and nothing of where it is. It
// keeps nothing but cookies, so that a worker can be it, too.
import * as AppInstallations from "@le-auth/core/AppInstallations"
import type * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as Seal from "@le-auth/core/Seal"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as Stateless from "@le-auth/web/Stateless"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Layer from "effect/Layer"

/** What of le-auth depends on the runtime. */
export interface Composition {
  readonly signIn: typeof FetchSignIn.layerServer
  readonly seal: typeof Seal.layerWebCrypto
}

/** @param env its settings */
export const make = ({ seal, signIn }: Composition, env: Readonly<Record<string, string | undefined>>) =>
  WebSignIn.toWebHandler(
    signIn.pipe(
      Layer.provideMerge(Stateless.layer),
      Layer.provideMerge(WebApplication.layer),
      Layer.provide(RefreshLock.layerMemory),
      Layer.provide(AppInstallations.layerConfig),
      Layer.provide(Seal.layerConfig),
      Layer.provide(seal),
      Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env)))
    ),
    {
      routes: ApiProxy.layer({
        services: { accountConfigReadOnly: { paths: ["/api/account/{account}/configuration/le-users/users/*"] } }
      })
    }
  )
