/**
 * A Sentinel over a database.
 */
import * as Seal from "@le-auth/core/Seal"
import * as NodeDatabase from "@le-auth/node/NodeDatabase"
import * as SealKeyFile from "@le-auth/node/SealKeyFile"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as ControlSql from "@le-auth/sentinel/ControlSql"
import type { SentinelConfig } from "@le-auth/sentinel/SentinelConfig"
import * as SentinelSql from "@le-auth/sentinel/SentinelSql"
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Output from "../../../terminal/Output.ts"
import { join, text } from "../../../terminal/TerminalText.ts"

const unshared = join(" ", [
  text`Without LE_AUTH_SEAL_KEYS this process has a signing key of its own: its tokens do not verify at other nodes, nor after a`,
  text`restart, and its login pages are for no other node. Make one with: openssl rand -base64 32`
])

/**
 * The signing keys and ticket secrets, from the first of these: the configuration; the database, sealed with the seal
 * keys of the environment or, for a file of SQLite, with the key beside it; this process.
 */
const secrets = Effect.fnUntraced(function* (
  url: StoreUrl.DatabaseUrl,
  config: SentinelConfig
): Effect.fn.Return<ReturnType<typeof SentinelSql.layerSecrets>> {
  if (url._tag === "Sqlite") {
    return SentinelSql.layerSecrets(config, SealKeyFile.layerConfigOr(StoreUrl.sealKeyFile(url)))
  }
  const hasSealKeys = Option.isSome(yield* Effect.option(Config.NonEmptyString("LE_AUTH_SEAL_KEYS")))
  if (config.signing_keys !== undefined || hasSealKeys) {
    return SentinelSql.layerSecrets(config, Layer.provide(Seal.layerConfig, Seal.layerWebCrypto))
  }
  yield* Output.say(unshared)
  return SigningKeys.layer
})

/**
 * The services of Sentinel and its control. `replaces`: whether the configuration replaces another one in the database.
 */
export const layer = (url: StoreUrl.DatabaseUrl, config: SentinelConfig, options: ControlSql.Options) =>
  ControlSql.layer(config, { ...options, secrets: Layer.unwrap(secrets(url, config)) }).pipe(
    Layer.catchTag("StoreError", (error) => Layer.effectContext(Effect.fail(NodeDatabase.unusable(url)(error)))),
    Layer.provide(NodeDatabase.layer(url))
  )
