/** Over undici, Node's cryptography and the engines of stores: Node, Bun and Deno. */
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeServe from "@le-auth/node/NodeServe"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as NodeStores from "@le-auth/node/NodeStores"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Result from "effect/Result"
import type { Bridge, Platform } from "./Platform.ts"

const text = (value: unknown) => (typeof value === "string" ? value : undefined)

export const platform: Platform = {
  signIn: NodeServerSignIn.layerServer,
  calls: NodeServerSignIn.layerCalls,
  seal: NodeCrypto.layerSeal,
  stores: (url, environment) =>
    Result.match(StoreUrl.fromText(url), {
      onFailure: (problem) => Result.fail([`LE_AUTH_STORE ${problem}`]),
      onSuccess: (store) => {
        const problem = NodeStores.sealKeysProblem(store, {
          NODE_ENV: text(environment.NODE_ENV),
          LE_AUTH_SEAL_KEYS: text(environment.LE_AUTH_SEAL_KEYS)
        })
        return problem === undefined ? Result.succeed(NodeStores.layer(store)) : Result.fail([problem])
      }
    }),
  bridge: ((handler, onError) => NodeServe.toNodeHandler({ handler }, { onError })) as Bridge
}
