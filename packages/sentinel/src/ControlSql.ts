/**
 * Everything that a Sentinel under control needs in one database, for any number of nodes.
 *
 * @since 0.1.0
 */
import * as Layer from "effect/Layer"
import * as Control from "./Control.ts"
import type { SentinelConfig } from "./SentinelConfig.ts"
import * as SentinelSql from "./SentinelSql.ts"
import * as StoreInspectionSql from "./StoreInspectionSql.ts"

/**
 * Settings of {@link layer}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends SentinelSql.Options, Omit<Control.Options, "passwords"> {}

/**
 * `SentinelSql.layer` over the database of the context, and the control over it: what `Control.layerMemory` is in
 * memory.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as ControlSql from "@le-auth/sentinel/ControlSql"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as Layer from "effect/Layer"
 * import type * as SqlClient from "effect/sql/SqlClient"
 *
 * declare const database: Layer.Layer<SqlClient.SqlClient> // such as NodeSqlite.layer or PgClient.layer
 *
 * export const services = ControlSql.layer(SentinelConfig.development()).pipe(
 *   Layer.provide([database, NodeCrypto.layer])
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (config: SentinelConfig, options: Options = {}) =>
  Control.layerAroundWith(options).pipe(
    Layer.provideMerge(SentinelSql.layer(config, options)),
    Layer.provide(StoreInspectionSql.layer)
  )
