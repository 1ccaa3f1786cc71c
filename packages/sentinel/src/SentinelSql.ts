/**
 * Everything that Sentinel needs in one database, for any number of nodes.
 *
 * @since 0.1.0
 */
import * as Seal from "@le-auth/core/Seal"
import type { SettingsError } from "@le-auth/core/Settings"
import type { StoreError } from "@le-auth/core/StoreError"
import type * as Aead from "effect/crypto/Aead"
import type * as CryptoError from "effect/crypto/CryptoError"
import type * as Kdf from "effect/crypto/Kdf"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Layer from "effect/Layer"
import type * as SqlClient from "effect/sql/SqlClient"
import type { DirectoryEditor } from "./DirectoryEditor.ts"
import * as DirectorySql from "./DirectorySql.ts"
import type { InvalidSigningKey } from "./internal/keys/SigningKey.ts"
import { TicketSecret } from "./internal/request/LoginTickets.ts"
import * as Passwords from "./Passwords.ts"
import type { SealedRow } from "./internal/sql/SealedRow.ts"
import type * as Sentinel from "./Sentinel.ts"
import type { SentinelConfig } from "./SentinelConfig.ts"
import * as SentinelDialect from "./SentinelDialect.ts"
import * as SentinelStoreSql from "./SentinelStoreSql.ts"
import * as SigningKeys from "./SigningKeys.ts"
import * as SigningKeysSql from "./SigningKeysSql.ts"
import * as TicketSecretSql from "./TicketSecretSql.ts"

/**
 * A layer of the keys that seal and open the secrets in the database, such as `Seal.layerConfig`.
 *
 * @category models
 * @since 0.1.0
 */
export type SealLayer = Layer.Layer<
  Seal.SealKeys,
  SettingsError | StoreError,
  Aead.Aead | Kdf.Kdf | SecureRandom.SecureRandom
>

/**
 * Signing keys and the secret of login tickets, alike on all nodes: those of the configuration if it has
 * `signing_keys`, otherwise those in the database, sealed. It is a part of {@link layer}, for a program that puts the
 * others together itself.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSecrets = (
  config: SentinelConfig,
  seal: SealLayer
): Layer.Layer<
  SigningKeys.SigningKeys,
  StoreError | CryptoError.CryptoError | InvalidSigningKey | SettingsError | SealedRow,
  SqlClient.SqlClient | Sentinel.Crypto
> =>
  config.signing_keys === undefined
    ? Layer.merge(SigningKeysSql.layer, TicketSecretSql.layer).pipe(Layer.provide(seal))
    : Layer.merge(SigningKeys.layerFrom(config.signing_keys), Layer.succeed(TicketSecret, config.signing_keys[0]))

/**
 * Settings of {@link layer}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends DirectorySql.Options {
  /** How new passwords are hashed. Default: as for development, see `Passwords`. */
  readonly passwords?: Passwords.Options | undefined
  /**
   * The keys that seal signing keys and the secret of login tickets, the same on all nodes. Default:
   * `Seal.layerConfig`, which reads `LE_AUTH_SEAL_KEYS`.
   */
  readonly seal?: SealLayer | undefined
  /** The signing keys and the secret of login tickets, for a program that has others. Default: {@link layerSecrets}. */
  readonly secrets?: ReturnType<typeof layerSecrets> | undefined
}

/**
 * Everything that Sentinel needs, over the database of the context, for any number of nodes with the same
 * configuration: see `DirectorySql.layer`, `SentinelStoreSql.layer`, `SigningKeysSql.layer` and
 * `TicketSecretSql.layer`. If the configuration has `signing_keys`, those sign, and the secret of login tickets comes
 * from the first of them. Then nothing has to be sealed, and keys are rotated by a change of the configuration of all
 * nodes.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Sentinel from "@le-auth/sentinel/Sentinel"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as SentinelSql from "@le-auth/sentinel/SentinelSql"
 * import * as Layer from "effect/Layer"
 * import type * as SqlClient from "effect/sql/SqlClient"
 *
 * declare const database: Layer.Layer<SqlClient.SqlClient> // such as NodeSqlite.layer or PgClient.layer
 *
 * const server = Sentinel.layerServer.pipe(
 *   Layer.provide(SentinelSql.layer(SentinelConfig.development())),
 *   Layer.provide(database),
 *   Layer.provide(NodeCrypto.layer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  config: SentinelConfig,
  options?: Options
): Layer.Layer<
  Sentinel.Services | DirectoryEditor,
  StoreError | CryptoError.CryptoError | InvalidSigningKey | SettingsError | SealedRow,
  SqlClient.SqlClient | Sentinel.Crypto
> =>
  Layer.mergeAll(
    DirectorySql.layer(config, options).pipe(Layer.provide(Passwords.layerWith(options?.passwords ?? {}))),
    options?.secrets ?? layerSecrets(config, options?.seal ?? Seal.layerConfig),
    SentinelDialect.layer(config.points ?? {}, config.dialect)
  ).pipe(Layer.provideMerge(SentinelStoreSql.layer))

export { SealedRow } from "./internal/sql/SealedRow.ts"
