/**
 * The example application: its page, the sign-in routes of `@le-auth/web`, and their services.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as NodeServe from "@le-auth/node/NodeServe"
import * as NodeStores from "@le-auth/node/NodeStores"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as Readiness from "@le-auth/web/Readiness"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Layer from "effect/Layer"
import * as Configuration from "./Configuration.ts"
import * as HomePage from "./HomePage.ts"
import * as Site from "./Site.ts"
import * as Spa from "./Spa.ts"

/** The services of the routes: the sign-in, the sessions, the installation, and the stores. */
const services = (configuration: Configuration.Configuration) =>
  WebApplication.layerWith({ frameAncestors: configuration.frameAncestors }).pipe(
    Layer.provideMerge(BrowserSessions.layer),
    Layer.provideMerge(NodeServerSignIn.layerServer),
    Layer.provideMerge(NodeStores.layer(configuration.store)),
    Layer.provideMerge(AppInstallations.layer(configuration.installation)),
    Layer.provide(Configuration.provider(configuration))
  )

/** The one API of LivePerson that the single page may call: the record of its user. */
const api = ApiProxy.layer({
  services: { accountConfigReadOnly: { paths: ["/api/account/{account}/configuration/le-users/users/*"] } }
})

/** The application on its port, which answers before the services are there. */
export const layer = (configuration: Configuration.Configuration) =>
  NodeServe.layer(
    Layer.mergeAll(HomePage.layer(configuration), Spa.layer, WebSignIn.routes, api, Readiness.layer, Site.layer),
    { port: configuration.port, host: configuration.host, setting: "PORT", services: services(configuration) }
  )
