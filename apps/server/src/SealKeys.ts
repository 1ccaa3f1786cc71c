/**
 * The keys that seal sessions in a store: `LE_AUTH_SEAL_KEYS`. On a developer's computer, with a file of SQLite, a key
 * is made beside it.
 */
import * as Seal from "@le-auth/core/Seal"
import * as SealKeyFile from "@le-auth/node/SealKeyFile"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Layer from "effect/Layer"

const settings = Layer.provide(Seal.layerConfig, Seal.layerWebCrypto)

export const layer = (url: StoreUrl.StoreUrl) =>
  url._tag === "Sqlite" ? SealKeyFile.layerConfigOr(StoreUrl.sealKeyFile(url)) : settings

/**
 * The reason why a store must not be used with these variables, or `undefined`. A key beside its sessions is for
 * development.
 */
export const problemOf = (
  url: StoreUrl.StoreUrl,
  environment: Readonly<Record<string, string | undefined>>
): string | undefined => {
  if (url._tag === "Memory" || environment["LE_AUTH_SEAL_KEYS"] !== undefined) return undefined
  const advice = "openssl rand -base64 32 makes one"
  if (url._tag !== "Sqlite") return `LE_AUTH_SEAL_KEYS is missing: sessions in a database are sealed; ${advice}`
  return environment["NODE_ENV"] === "production"
    ? `LE_AUTH_SEAL_KEYS is missing: in production no key is made beside the sessions; ${advice}`
    : undefined
}
