/** Nodes of one Sentinel: each with connections and knowledge of its own, all with the same database. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Seal from "@le-auth/core/Seal"
import * as SigningKeysSql from "@le-auth/sentinel/SigningKeysSql"
import { SigningKeys } from "@le-auth/sentinel/SigningKeys"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { sqlClient } from "./Engines.ts"

export const sealSecret = "planted-seal-secret of more than thirty-two bytes"

export const seal = (...secrets: ReadonlyArray<string>) =>
  Seal.layer(secrets.map((secret) => Redacted.make(secret))).pipe(Layer.provide(Seal.layerWebCrypto))

export const keysNode = (url: string, secrets: ReadonlyArray<string> = [sealSecret]) =>
  Effect.map(
    Layer.build(
      Layer.fresh(
        SigningKeysSql.layer.pipe(
          Layer.provide(sqlClient(url)),
          Layer.provide(seal(...secrets)),
          Layer.provide(NodeCrypto.layer)
        )
      )
    ),
    (context) => Context.get(context, SigningKeys)
  )

export const connect = (url: string) =>
  Effect.map(Layer.build(Layer.fresh(sqlClient(url))), (context) => Context.get(context, SqlClient.SqlClient))

/**
 * Waits for what nodes do in the background. Their clock is that of the test, the database answers by the real one: so the
 * test asks it something, too, until it is so.
 */
export const eventually = <E>(sql: SqlClient.SqlClient, isSo: Effect.Effect<boolean, E>) =>
  Effect.repeat(Effect.andThen(sql`SELECT 1`, isSo), { until: (so) => so })
