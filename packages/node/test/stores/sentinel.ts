/** What is demanded of Sentinel's store on every engine. */
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import * as StoreInspectionSql from "@le-auth/sentinel/StoreInspectionSql"
import * as SentinelStoreContract from "@le-auth/testing/SentinelStoreContract"
import * as StoreInspectionContract from "@le-auth/testing/StoreInspectionContract"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { sqlClient } from "./Engines.ts"

export const sentinelStore = (url: string) => SentinelStoreSql.layer.pipe(Layer.provide(sqlClient(url)), Layer.orDie)

/** The same, and the inspection of it. */
export const inspectedStore = (url: string) =>
  Layer.merge(SentinelStoreSql.layer, StoreInspectionSql.layer).pipe(Layer.provide(sqlClient(url)), Layer.orDie)

export const provesSentinelStore = (engine: string, url: () => string): void => {
  const layer = Layer.unwrap(Effect.sync(() => sentinelStore(url())))
  SentinelStoreContract.suite(engine, layer, { second: layer, timeout: "20 seconds" })
  const inspected = Layer.unwrap(Effect.sync(() => inspectedStore(url())))
  StoreInspectionContract.suite(engine, inspected, { second: inspected, timeout: "20 seconds" })
}
