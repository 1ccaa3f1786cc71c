/** A web application with the routes of `@le-auth/web` on a port of its own, as one of several nodes. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { AppInstallation } from "@le-auth/core/AppInstallations"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Sessions } from "@le-auth/core/Sessions"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as Persistence from "effect/persistence/Persistence"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import { redisClient, sealed, sqlClient, stores } from "./Engines.ts"
import { accountId, clientId, clientSecret } from "./sentinelNode.ts"

/** What a page of the application does with the access token: here it gives it away, for the test to compare. */
const ownRoute = HttpRouter.add(
  "GET",
  "/token",
  Effect.gen(function* () {
    const key = yield* WebApplication.currentKey
    if (Option.isNone(key)) return HttpServerResponse.text("nobody", { status: 401 })
    const token = yield* Sessions.use((sessions) => sessions.accessToken(key.value))
    return HttpServerResponse.text(Redacted.value(token))
  }).pipe(
    Effect.catch((error) =>
      Effect.succeed(HttpServerResponse.text(error._tag, { status: error._tag === "StoreError" ? 503 : 401 }))
    )
  )
)

/** All that it keeps, on one engine; sessions are sealed. */
export const webStores = (url: string) => {
  const inClear = stores(url, { lease: "2 seconds" })
  const persistence = url.startsWith("redis:")
    ? Persistence.layerRedis.pipe(Layer.provide(redisClient(url)), Layer.orDie)
    : Persistence.layerSql.pipe(Layer.provide(sqlClient(url)), Layer.orDie)
  return Layer.merge(
    Layer.merge(inClear, Layer.provide(sealed("web"), inClear)),
    BrowserSessions.layer.pipe(Layer.provide(Layer.merge(persistence, NodeCrypto.layer)))
  ).pipe(Layer.orDie)
}

/** Runs until the scope ends. Gives its address. */
export const webNode = Effect.fnUntraced(function* (options: {
  readonly stores: ReturnType<typeof webStores>
  readonly sentinel: string
  /** Where the balancer is. */
  readonly origin: string
}) {
  const installation = new AppInstallation({
    accountId: AccountId.make(accountId),
    clientId: ClientId.make(clientId),
    clientSecret: Redacted.make(clientSecret),
    redirectUris: [RedirectUri.make(`${options.origin}/callback`)]
  })
  const services = WebApplication.layer.pipe(
    Layer.provideMerge(NodeServerSignIn.layerServer),
    Layer.provideMerge(options.stores),
    Layer.provideMerge(AppInstallations.layer(installation)),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ LE_AUTH_DOMAIN_API: options.sentinel })))
  )
  const context = yield* Layer.build(
    HttpRouter.serve(Layer.merge(ownRoute, WebSignIn.routes), { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provide(services),
      Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
      // That connections are cut is what happens here.
      Layer.provide(Logger.layer([])),
      Layer.fresh
    )
  )
  return NetAddress.formatUrlUnsafe(Context.get(context, HttpServer.HttpServer).address)
})
