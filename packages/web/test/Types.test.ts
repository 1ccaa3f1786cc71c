/** What `toWebHandler` gives, by the type of its layer. The compiler checks it, and nothing is built. */
import { describe, expectTypeOf, it } from "@effect/vitest"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as FetchSignIn from "@le-auth/core/FetchSignIn"
import type { AccessToken } from "@le-auth/core/Identifiers"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as Seal from "@le-auth/core/Seal"
import type { SessionKey } from "@le-auth/core/Session"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as AppFunctions from "@le-auth/web/AppFunctions"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as CookieBrowserSessions from "@le-auth/web/CookieBrowserSessions"
import * as CookieSessionStore from "@le-auth/web/CookieSessionStore"
import type { SessionsInCookies } from "@le-auth/web/SessionsInCookies"
import * as Stateless from "@le-auth/web/Stateless"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
import type { IncomingMessage } from "node:http"

const keys = Layer.provide(Seal.layerConfig, Seal.layerWebCrypto)
const random = Layer.merge(Digest.layerWebCrypto, SecureRandom.layerWebCrypto)

/** As docs/web.md composes a server with stores. */
const stored = () =>
  WebSignIn.toWebHandler(
    WebApplication.layer.pipe(
      Layer.provideMerge(FetchSignIn.layerServer),
      Layer.provideMerge(BrowserSessions.layer),
      Layer.provide(Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory)),
      Layer.provide(Layer.merge(Persistence.layerMemory, random)),
      Layer.provide(AppInstallations.layerConfig)
    )
  )

/** The same, for an application that also acts for itself. */
const ofBoth = () =>
  WebSignIn.toWebHandler(
    WebApplication.layer.pipe(
      Layer.provideMerge(AppFunctions.layer),
      Layer.provide(AppTokens.layer),
      Layer.provideMerge(FetchSignIn.layerServer),
      Layer.provideMerge(BrowserSessions.layer),
      Layer.provide(
        Layer.mergeAll(
          TransactionStore.layerMemory,
          SessionStore.layerMemory,
          AppTokenStore.layerMemory,
          RefreshLock.layerMemory
        )
      ),
      Layer.provide(Layer.merge(Persistence.layerMemory, random)),
      Layer.provide(AppInstallations.layerConfig)
    )
  )

/** Sessions on the server, and the link of a browser to its own in a cookie. */
const linkedByCookie = () =>
  WebSignIn.toWebHandler(
    WebApplication.layer.pipe(
      Layer.provideMerge(FetchSignIn.layerServer),
      Layer.provideMerge(CookieBrowserSessions.layer),
      Layer.provide(Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory)),
      Layer.provide(keys),
      Layer.provide(AppInstallations.layerConfig)
    )
  )

/** As docs/web.md composes one without stores. */
const stateless = () =>
  WebSignIn.toWebHandler(
    FetchSignIn.layerServer.pipe(
      Layer.provideMerge(Stateless.layer),
      Layer.provideMerge(WebApplication.layer),
      Layer.provide(RefreshLock.layerMemory),
      Layer.provide(AppInstallations.layerConfig),
      Layer.provide(keys)
    )
  )

/** The same from its parts. */
const statelessOfParts = () =>
  WebSignIn.toWebHandler(
    FetchSignIn.layerServer.pipe(
      Layer.provideMerge(Layer.merge(CookieSessionStore.layer, CookieBrowserSessions.layer)),
      Layer.provideMerge(WebApplication.layer),
      Layer.provide(Layer.merge(TransactionStore.layerMemory, RefreshLock.layerMemory)),
      Layer.provide(AppInstallations.layerConfig),
      Layer.provide(keys)
    )
  )

const ofServices = (services: Layer.Layer<WebSignIn.Services>) => WebSignIn.toWebHandler(services, { once: "types" })
const ofMarked = (services: Layer.Layer<WebSignIn.Services | SessionsInCookies>) => WebSignIn.toWebHandler(services)

describe("the type of toWebHandler", () => {
  it("has the functions for tokens where sessions are on the server", () => {
    expectTypeOf<ReturnType<typeof stored>>().toExtend<WebSignIn.WebHandler & WebSignIn.TokenFunctions>()
    expectTypeOf<ReturnType<typeof linkedByCookie>>().toExtend<WebSignIn.TokenFunctions>()
    expectTypeOf<ReturnType<typeof ofServices>>().toExtend<WebSignIn.TokenFunctions>()
    expectTypeOf<ReturnType<ReturnType<typeof stored>["accessToken"]>>().toEqualTypeOf<Promise<AccessToken>>()
    expectTypeOf<ReturnType<ReturnType<typeof stored>["callApi"]>>().toEqualTypeOf<Promise<Response>>()
  })

  it("has the functions of the application itself where the layer has AppFunctions", () => {
    expectTypeOf<ReturnType<typeof ofBoth>>().toExtend<WebSignIn.TokenFunctions & AppFunctions.AppFunctions>()
    for (const name of ["appToken", "callApiAsApp", "verifyAppToken", "verifyWebhook"] as const) {
      expectTypeOf<ReturnType<typeof stored>>().not.toHaveProperty(name)
      expectTypeOf<ReturnType<typeof stateless>>().not.toHaveProperty(name)
    }
  })

  it("has none of them where sessions are in cookies, and all the rest", () => {
    for (const name of ["accessToken", "callApi", "sessions", "serviceOrigin"] as const) {
      expectTypeOf<ReturnType<typeof stateless>>().not.toHaveProperty(name)
      expectTypeOf<ReturnType<typeof statelessOfParts>>().not.toHaveProperty(name)
      expectTypeOf<ReturnType<typeof ofMarked>>().not.toHaveProperty(name)
    }
    expectTypeOf<ReturnType<typeof stateless>>().toExtend<WebSignIn.WebHandler>()
  })

  it("takes the requests of the web, of node:http and of Next", () => {
    type Who = Parameters<WebSignIn.WebHandler["session"]>[0]
    expectTypeOf<Request>().toExtend<Who>()
    expectTypeOf<IncomingMessage>().toExtend<Who>()
    expectTypeOf<{ readonly headers: Headers }>().toExtend<Who>()
    expectTypeOf<{ readonly accountId: string; readonly subject: string }>().toExtend<Who>()
    expectTypeOf<SessionKey>().toExtend<Who>()
    expectTypeOf<{ readonly accountId: string }>().not.toExtend<Who>()
  })
})
