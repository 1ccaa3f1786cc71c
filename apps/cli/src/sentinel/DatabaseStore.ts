/**
 * A Sentinel over a database.
 *
 * @since 0.1.0
 */
import * as Seal from "@le-auth/core/Seal"
import type { SettingsError } from "@le-auth/core/Settings"
import * as NodeDatabase from "@le-auth/node/NodeDatabase"
import * as SealKeyFile from "@le-auth/node/SealKeyFile"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Control from "@le-auth/sentinel/control/Control"
import type { SentinelConfig } from "@le-auth/sentinel/SentinelConfig"
import * as SentinelProfile from "@le-auth/sentinel/SentinelProfile"
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import * as SigningKeysSql from "@le-auth/sentinel/SigningKeysSql"
import * as StoreInspectionSql from "@le-auth/sentinel/StoreInspectionSql"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

type SigningKeysLayer = Layer.Layer<
  SigningKeys.SigningKeys,
  Layer.Error<typeof SigningKeysSql.layer | ReturnType<typeof SigningKeys.layerFrom>> | SettingsError,
  Exclude<Layer.Services<typeof SigningKeysSql.layer>, Seal.SealKeys>
>

const unshared =
  "Without LE_AUTH_SEAL_KEYS this process has a signing key of its own: its tokens do not verify at other nodes, nor after a " +
  "restart. Make one with: openssl rand -base64 32"

/**
 * In this order: those of the configuration; those in the database, sealed with the seal keys of the environment or, for a file
 * of SQLite, with the one beside it; one of this process.
 */
const signingKeys = Effect.fnUntraced(function* (
  url: StoreUrl.DatabaseUrl,
  config: SentinelConfig
): Effect.fn.Return<SigningKeysLayer> {
  if (config.signing_keys !== undefined) return SigningKeys.layerFrom(config.signing_keys)
  if (url._tag === "Sqlite") {
    return Layer.provide(SigningKeysSql.layer, SealKeyFile.layerConfigOr(StoreUrl.sealKeyFile(url)))
  }
  if (Option.isSome(yield* Effect.option(Config.NonEmptyString("LE_AUTH_SEAL_KEYS")))) {
    return SigningKeysSql.layer.pipe(Layer.provide(Seal.layerConfig), Layer.provide(Seal.layerWebCrypto))
  }
  yield* Console.error(unshared)
  return SigningKeys.layer
})

/**
 * @since 0.1.0
 */
export const layer = (url: StoreUrl.DatabaseUrl, config: SentinelConfig, options: Control.Options) =>
  Control.layer(config, options).pipe(
    Layer.provide(Layer.merge(SentinelStoreSql.layer, StoreInspectionSql.layer)),
    Layer.provideMerge(Layer.unwrap(signingKeys(url, config))),
    Layer.catchTag("StoreError", (error) => Layer.effectContext(Effect.fail(NodeDatabase.unusable(url)(error)))),
    Layer.provide(NodeDatabase.layer(url)),
    Layer.merge(SentinelProfile.layer(config.profile ?? {}))
  )
