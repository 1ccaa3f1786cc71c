/**
 * An application with the real routes of `@le-auth/web`, a real Sentinel, and two pages of its own under a strict
 * policy: `/plain` and `/effect`. Each on a free port.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import * as Origin from "@le-auth/core/Origin"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import type * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { createServer, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { bundle } from "./bundle.ts"
import { certificate } from "../../../tools/certificate.ts"
import { freePort } from "../../../tools/free-port.ts"

const listen = (port: number, make: () => Server = createServer) =>
  NodeHttpServer.layer(make, { port, host: "127.0.0.1" })

/** Trusted Types on top of what was asked for: the entries touch no sink. */
const policy = (trustedTypes = "'none'") =>
  `default-src 'self'; script-src 'self'; require-trusted-types-for 'script'; trusted-types ${trustedTypes}; base-uri 'none'`

const html = (body: string, trustedTypes?: string) =>
  HttpServerResponse.text(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>${body}`, {
    contentType: "text/html; charset=utf-8",
    headers: { "content-security-policy": policy(trustedTypes) }
  })

const page = (name: string) =>
  html(`<output id="state"></output>
<button id="sign-in">Sign in</button><button id="popup">Sign in in a window</button><button id="session">Who?</button><button id="refresh">Refresh</button>
<button id="cookies">Cookies</button><button id="allow">Allow</button><button id="sign-out">Sign out</button><button id="sign-out-everywhere">Sign out everywhere</button>
<script type="module" src="/${name}.js"></script>`)

const program = (code: string) => HttpServerResponse.text(code, { contentType: "text/javascript; charset=utf-8" })

/** A page that a server has rendered, and its program. */
export interface Rendered {
  readonly html: string
  readonly script: string
  /** Its policies of Trusted Types. Default: none. */
  readonly trustedTypes?: string | undefined
}

const pages = async (rendered: Readonly<Record<string, Rendered>>) => {
  const routes = [
    HttpRouter.route("GET", "/favicon.ico", HttpServerResponse.empty()),
    HttpRouter.route("GET", "/", html("Home")),
    HttpRouter.route("GET", "/workspace", html(`<iframe src="/plain"></iframe>`))
  ]
  for (const name of ["plain", "effect"]) {
    routes.push(HttpRouter.route("GET", `/${name}`, page(name)))
    routes.push(HttpRouter.route("GET", `/${name}.js`, program((await bundle(`${name}Page.ts`)).code)))
  }
  for (const [name, { html: text, script, trustedTypes }] of Object.entries(rendered)) {
    const body = `<div id="root">${text}</div><script type="module" src="/${name}.js"></script>`
    routes.push(HttpRouter.route("GET", `/${name}`, html(body, trustedTypes)))
    routes.push(HttpRouter.route("GET", `/${name}.js`, program(script)))
  }
  return HttpRouter.addAll(routes)
}

const stores = Layer.mergeAll(
  TransactionStore.layerMemory,
  SessionStore.layerMemory,
  RefreshLock.layerMemory,
  BrowserSessions.layer.pipe(Layer.provide(Layer.merge(Persistence.layerMemory, NodeCrypto.layer)))
)

export interface Options {
  /** Another host that leads to this computer, over https. Default: `localhost`, over http. */
  readonly host?: string
  readonly web?: WebApplication.Options
  /** Pages beside the two. Default: none. */
  readonly rendered?: Readonly<Record<string, Rendered>>
}

/** Numbers the application's answers, and keeps their bodies: not every browser tells what it got. */
const numbered = (bodies: Array<string>) =>
  HttpRouter.middleware(
    Effect.map((response: HttpServerResponse.HttpServerResponse) => {
      const { body } = response
      if (body._tag !== "Uint8Array" && body._tag !== "Empty") throw new Error(`A body of another kind: ${body._tag}`)
      const number = bodies.push(body._tag === "Empty" ? "" : new TextDecoder().decode(body.body)) - 1
      return HttpServerResponse.setHeader(response, "x-answer", String(number))
    }),
    { global: true }
  )

export const make = async ({ host, rendered = {}, web = {} }: Options = {}) => {
  const [port, sentinelPort] = [await freePort(), await freePort()]
  const origin = host === undefined ? `http://localhost:${port}` : `https://${host}:${port}`
  const redirectUri = RedirectUri.make(`${origin}/callback`)
  const sentinelOrigin = Origin.fromHost(`localhost:${sentinelPort}`)

  const sentinel = Sentinel.layerServerWith({ publicOrigin: sentinelOrigin }).pipe(
    Layer.provide(Sentinel.layerMemory(SentinelConfig.development({ redirectUri }))),
    Layer.provide(NodeCrypto.layer),
    Layer.provide(listen(sentinelPort))
  )
  const installation = new AppInstallations.AppInstallation({
    accountId: AccountId.make("12345678"),
    clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
    clientSecret: Redacted.make("development-only-secret"),
    redirectUris: [redirectUri]
  })
  const bodies: Array<string> = []
  const routes = Layer.mergeAll(await pages(rendered), WebSignIn.layerWith(web), numbered(bodies))
  const application = HttpRouter.serve(routes, {
    disableLogger: true,
    disableListenLog: true
  }).pipe(
    Layer.provide(NodeServerSignIn.layerServer),
    Layer.provide(stores),
    Layer.provide(AppInstallations.layer(installation)),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ LE_AUTH_DOMAIN_API: sentinelOrigin }))),
    Layer.provide(listen(port, host === undefined ? createServer : () => createTlsServer(certificate())))
  )
  return {
    origin,
    sentinelOrigin,
    /** The body of an answer, by the headers that the browser got with it. */
    bodyOf: (headers: Record<string, string>): string => {
      const body = bodies[Number(headers["x-answer"])]
      if (body === undefined) throw new Error("An answer came by another way than the one that keeps the bodies.")
      return body
    },
    layer: Layer.merge(application, sentinel).pipe(Layer.provide(Layer.succeed(References.MinimumLogLevel, "None")))
  }
}
