/**
 * All that a server keeps, where a {@link StoreUrl} says: sign-ins under way, sessions, app tokens, the lock of their
 * refreshes, and what `BrowserSessions` of `@le-auth/web` stands on.
 *
 * @since 0.1.0
 */
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as Seal from "@le-auth/core/Seal"
import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import * as SessionStore from "@le-auth/core/SessionStore"
import type { SettingsError } from "@le-auth/core/Settings"
import type { StoreError } from "@le-auth/core/StoreError"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Persistence from "effect/persistence/Persistence"
import * as NodeCrypto from "./NodeCrypto.ts"
import type { DatabaseError } from "./NodeDatabase.ts"
import * as SealKeyFile from "./SealKeyFile.ts"
import * as StoreUrl from "./StoreUrl.ts"

/**
 * What {@link layer} gives.
 *
 * @category models
 * @since 0.1.0
 */
export type Stores =
  | TransactionStore.TransactionStore
  | SessionStore.SessionStore
  | AppTokenStore.AppTokenStore
  | RefreshLock.RefreshLock
  | Persistence.Persistence

const memory = Layer.mergeAll(
  TransactionStore.layerMemory,
  SessionStore.layerMemory,
  AppTokenStore.layerMemory,
  RefreshLock.layerMemory,
  Persistence.layerMemory
)

/**
 * The keys that seal sessions and app tokens in a store: those of `LE_AUTH_SEAL_KEYS`. Without that setting a file of
 * SQLite has a key made beside it, see `SealKeyFile`.
 *
 * @example
 * ```ts
 * import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
 * import * as NodeStores from "@le-auth/node/NodeStores"
 * import * as Layer from "effect/Layer"
 *
 * const sealed = Layer.provide(
 *   SealedSessionStore.layer,
 *   NodeStores.layerSealKeys({ _tag: "Sqlite", path: "state/le-auth.sqlite" })
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerSealKeys = (url: StoreUrl.StoreUrl): Layer.Layer<Seal.SealKeys, StoreError | SettingsError> =>
  url._tag === "Sqlite"
    ? SealKeyFile.layerConfigOr(StoreUrl.sealKeyFile(url))
    : Layer.provide(Seal.layerConfig, NodeCrypto.layerSeal)

/**
 * The reason why a program must not keep sessions there with these variables, or `undefined`: a database without
 * `LE_AUTH_SEAL_KEYS`, and in production (`NODE_ENV`) a file of SQLite too, since a key beside its sessions is for
 * development. For a program that wants to say all that is wrong with its settings at once.
 *
 * @example
 * ```ts
 * import * as NodeStores from "@le-auth/node/NodeStores"
 *
 * NodeStores.sealKeysProblem({ _tag: "Memory" }, { NODE_ENV: "production" }) // => undefined
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const sealKeysProblem = (
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

/** The engines are loaded only where they are used. */
const engine = (url: StoreUrl.DatabaseUrl | StoreUrl.RedisUrl) =>
  Effect.promise(async () =>
    url._tag === "Redis"
      ? (await import("./internal/redisStores.ts")).layer(url)
      : (await import("./internal/sqlStores.ts")).layer(url)
  )

const sealed = Layer.merge(SealedSessionStore.layer, SealedAppTokenStore.layer)

/**
 * The stores at a URL. In a database, sessions and app tokens are sealed with the keys of {@link layerSealKeys}.
 *
 * A store that cannot be reached or used is an error of the layer, within 5 seconds. An engine is loaded only if the
 * URL names it: PostgreSQL needs `@effect/sql-pg`, and Redis `redis`.
 *
 * @example
 * ```ts
 * import * as NodeStores from "@le-auth/node/NodeStores"
 * import * as StoreUrl from "@le-auth/node/StoreUrl"
 * import * as BrowserSessions from "@le-auth/web/BrowserSessions"
 * import * as Layer from "effect/Layer"
 * import * as Result from "effect/Result"
 *
 * const url = Result.getOrThrow(StoreUrl.fromText("sqlite:state/le-auth.sqlite"))
 * const StoresLive = Layer.provideMerge(BrowserSessions.layer, NodeStores.layer(url))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (url: StoreUrl.StoreUrl): Layer.Layer<Stores, DatabaseError | SettingsError | StoreError> =>
  url._tag === "Memory"
    ? memory
    : sealed.pipe(Layer.provide(layerSealKeys(url)), Layer.provideMerge(Layer.unwrap(engine(url))))
