/** What is demanded of Sentinel's store on every engine. */
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import * as SentinelStoreContract from "@le-auth/testing/SentinelStoreContract"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { sqlClient } from "./Engines.ts"

export const sentinelStore = (url: string) => SentinelStoreSql.layer.pipe(Layer.provide(sqlClient(url)), Layer.orDie)

export const provesSentinelStore = (engine: string, url: () => string): void => {
  const layer = Layer.unwrap(Effect.sync(() => sentinelStore(url())))
  SentinelStoreContract.suite(engine, layer, { second: layer, timeout: "20 seconds" })
}
