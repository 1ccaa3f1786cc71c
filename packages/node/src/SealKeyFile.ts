/**
 * A seal key that this computer makes for itself, for programs that run on one computer and are not configured.
 *
 * @since 0.1.0
 */
import * as Seal from "@le-auth/core/Seal"
import type { SettingsError } from "@le-auth/core/Settings"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as KeyFile from "./internal/keyFile.ts"
import * as NodeCrypto from "./NodeCrypto.ts"

const secretAt = Effect.fnUntraced(function* (path: string) {
  const found = yield* KeyFile.read(path)
  if (found !== undefined) return found
  const made = yield* KeyFile.draw
  yield* KeyFile.create(path, made)
  // Perhaps another process was faster; then its key counts.
  return (yield* KeyFile.read(path)) ?? made
})

/**
 * The key in the file at `path`, which is made if it is missing: 256 random bits, readable by its user only (0600, in a
 * directory 0700). Processes that start at once make one key.
 *
 * A copy of the file along with what it seals is enough to read it. Where that matters, give keys from elsewhere:
 * `Seal.layerConfig`.
 *
 * @example
 * ```ts
 * import * as SealKeyFile from "@le-auth/node/SealKeyFile"
 *
 * const keys = SealKeyFile.layerAt("state/seal-key")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAt = (path: string): Layer.Layer<Seal.SealKeys, StoreError | SettingsError> =>
  Layer.unwrap(Effect.map(secretAt(path), (secret) => Seal.layer([Redacted.make(secret, { label: "seal key" })]))).pipe(
    Layer.provide(NodeCrypto.layerSeal)
  )

/**
 * The keys of `LE_AUTH_SEAL_KEYS`, as `Seal.layerConfig`; without that setting {@link layerAt}.
 *
 * @example
 * ```ts
 * import * as SealKeyFile from "@le-auth/node/SealKeyFile"
 *
 * const keys = SealKeyFile.layerConfigOr("state/seal-key")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfigOr = (path: string): Layer.Layer<Seal.SealKeys, StoreError | SettingsError> =>
  Layer.unwrap(
    Effect.map(Effect.option(Config.NonEmptyString("LE_AUTH_SEAL_KEYS")), (given) =>
      Option.isSome(given) ? Layer.provide(Seal.layerConfig, NodeCrypto.layerSeal) : layerAt(path)
    )
  )
