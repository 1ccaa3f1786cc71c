/**
 * The sign-in in a worker, such as Cloudflare's: everything is in cookies, and nothing of Node is needed.
 *
 * Its settings (`LE_AUTH_ACCOUNT_ID` and the others, `LE_AUTH_SEAL_KEYS`) are the variables and secrets of the worker.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as Seal from "@le-auth/core/Seal"
import * as Stateless from "@le-auth/web/Stateless"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Layer from "effect/Layer"

export const make = (env: Readonly<Record<string, string>>) =>
  WebSignIn.toWebHandler(
    FetchSignIn.layerServer.pipe(
      Layer.provideMerge(Stateless.layer),
      Layer.provideMerge(WebApplication.layer),
      Layer.provide(RefreshLock.layerMemory),
      Layer.provide(AppInstallations.layerConfig),
      Layer.provide(Layer.provide(Seal.layerConfig, Seal.layerWebCrypto)),
      Layer.provide(Seal.layerWebCrypto),
      Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env)))
    )
  )

let made: ReturnType<typeof make> | undefined

export default {
  fetch: (request: Request, env: Readonly<Record<string, string>>): Promise<Response> =>
    (made ??= make(env)).handler(request)
}
