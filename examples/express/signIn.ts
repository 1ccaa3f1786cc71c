import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"

/** One process, which keeps everything in memory. docs/stores.md of le-auth has the stores for several processes. */
const services = WebApplication.layer.pipe(
  Layer.provideMerge(NodeServerSignIn.layerServer),
  Layer.provideMerge(BrowserSessions.layer),
  Layer.provide(Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory)),
  Layer.provide(Layer.merge(Persistence.layerMemory, NodeCrypto.layer)),
  Layer.provide(AppInstallations.layerConfig)
)

/** The APIs of LivePerson that pages of this application may call, at /liveperson/SERVICE/PATH. */
const routes = ApiProxy.layer({
  services: {
    accountConfigReadOnly: { paths: ["/api/account/{account}/configuration/le-users/users/*"] },
    msgHist: { paths: ["/messaging_history/api/account/{account}/conversations/search"], methods: ["POST"] }
  }
})

export const signIn = WebSignIn.toWebHandler(services, { routes })
