/**
 * Sentinel in the same process, for an example that runs without a LivePerson account.
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import * as Origin from "@le-auth/core/Origin"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeDatabase from "@le-auth/node/NodeDatabase"
import * as NodeServe from "@le-auth/node/NodeServe"
import * as SealKeyFile from "@le-auth/node/SealKeyFile"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as ListenerHooks from "@le-auth/sentinel/ListenerHooks"
import * as Stopping from "@le-auth/sentinel/Stopping"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelSql from "@le-auth/sentinel/SentinelSql"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Path from "node:path"

/** The store of Sentinel. It is a service of its own, so its file is beside the application's. */
const fileFor = (store: StoreUrl.StoreUrl) => ({
  _tag: "Sqlite" as const,
  path: Path.join(store._tag === "Sqlite" ? Path.dirname(store.path) : ".le-auth", "sentinel.sqlite")
})

/** The secrets of Sentinel are its own, so `LE_AUTH_SEAL_KEYS` of the application may change without them. */
const kept = (config: SentinelConfig.SentinelConfig, file: ReturnType<typeof fileFor>) =>
  SentinelSql.layer(config, { seal: SealKeyFile.layerAt(StoreUrl.sealKeyFile(file)) }).pipe(
    Layer.catchTag("StoreError", (error) => Layer.effectContext(Effect.fail(NodeDatabase.unusable(file)(error)))),
    Layer.provide(NodeDatabase.layer(file))
  )

/** If the application keeps nothing, Sentinel keeps nothing. Otherwise a restart ends no session. */
export const layer = (options: {
  readonly port: number
  readonly redirectUri: RedirectUri
  readonly store: StoreUrl.StoreUrl
}) => {
  const config = SentinelConfig.development({ redirectUri: options.redirectUri })
  const inMemory = Sentinel.layerMemory(config)
  const inFile = kept(config, fileFor(options.store))
  const services: Layer.Layer<
    Sentinel.Services,
    Layer.Error<typeof inMemory | typeof inFile>,
    Sentinel.Crypto
  > = options.store._tag === "Memory" ? inMemory : inFile
  const sentinel = Sentinel.layerServerWith({ publicOrigin: Origin.fromHost(`localhost:${options.port}`) })
  const listening = Effect.map(ListenerHooks.make, (hooks) =>
    NodeServe.layerOf(Layer.provide(sentinel, services), { port: options.port, setting: "SENTINEL_PORT", hooks })
  )
  return Layer.unwrap(listening).pipe(Layer.provide([NodeCrypto.layerServer, Stopping.layer]))
}
