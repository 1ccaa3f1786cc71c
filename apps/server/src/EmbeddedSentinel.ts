/**
 * Sentinel in the same process, for an example that runs without a LivePerson account.
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import * as Origin from "@le-auth/core/Origin"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Layer from "effect/Layer"
import * as Listen from "./Listen.ts"

export const layer = (options: { readonly port: number; readonly redirectUri: RedirectUri }) =>
  Sentinel.layerServer({ publicOrigin: Origin.fromHost(`localhost:${options.port}`) }).pipe(
    Layer.provide(Sentinel.layerMemory(SentinelConfig.development({ redirectUri: options.redirectUri }))),
    Layer.provide(NodeCrypto.layerServer),
    Layer.provide(Listen.layer({ port: options.port, host: "127.0.0.1", setting: "SENTINEL_PORT" }))
  )
