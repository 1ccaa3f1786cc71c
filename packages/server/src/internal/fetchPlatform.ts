/** Over fetch and Web Crypto alone: workers. */
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as Seal from "@le-auth/core/Seal"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
import * as Result from "effect/Result"
import type { Platform } from "./Platform.ts"

const memory = Layer.mergeAll(
  TransactionStore.layerMemory,
  SessionStore.layerMemory,
  AppTokenStore.layerMemory,
  RefreshLock.layerMemory,
  Persistence.layerMemory
)

export const platform: Platform = {
  signIn: FetchSignIn.layerServer,
  calls: FetchSignIn.layerCalls,
  seal: Seal.layerWebCrypto,
  stores: (url) =>
    url === "memory:"
      ? Result.succeed(memory)
      : Result.fail([
          "LE_AUTH_STORE is not memory: — this runtime reaches no other store by a URL: hand in stores of your own"
        ]),
  bridge: undefined
}
