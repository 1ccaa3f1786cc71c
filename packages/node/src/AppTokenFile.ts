/**
 * Keeps app tokens in a file of the user's.
 *
 * @since 0.1.0
 */
import { AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import * as AppTokenText from "@le-auth/core/shared/AppTokenText"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as RecordFile from "./internal/recordFile.ts"
import * as PrivateDocument from "./PrivateDocument.ts"

const { fileAt, put, remove } = RecordFile.make({
  kind: "app token",
  member: "tokens",
  record: AppToken,
  key: AppTokenKey,
  otherwise: "another token is asked for"
})

const make = (path: string): AppTokenStore["Service"] => {
  const file = fileAt(path)
  return {
    get: (key) =>
      Effect.flatMap(file.read, ({ readable }) =>
        AppTokenText.unlessOver(Option.fromUndefinedOr(readable.get(key.toString())))
      ),
    set: (token) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        file.modify(({ readable, unreadable }) => {
          // What is over goes with the next one that comes.
          const current = new Map([...readable].filter(([, { expiresAt }]) => expiresAt > now))
          return [undefined, put({ readable: current, unreadable }, token)]
        })
      ),
    remove: (key) => file.modify((tokens) => [undefined, remove(tokens, key)])
  }
}

/**
 * Keeps the app tokens in the file at `path`, as JSON.
 *
 * The file is private and may be changed by any number of processes, see `PrivateDocument.make`, which also says what
 * becomes of a damaged one and of one of a newer version.
 *
 * The tokens are **not encrypted**: access to the user's files is enough to read them. `SealedAppTokenStore` seals
 * them.
 *
 * @example
 * ```ts
 * import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
 * import * as AppTokenFile from "@le-auth/node/AppTokenFile"
 * import * as Layer from "effect/Layer"
 *
 * const tokens = Layer.provide(SealedAppTokenStore.layer, AppTokenFile.layerAt("state/app-tokens.json"))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAt = (path: string): Layer.Layer<AppTokenStore> => Layer.sync(AppTokenStore, () => make(path))

/**
 * Where {@link layer} keeps the app tokens: `app-tokens.json`, beside the sessions of `SessionFile.defaultPath`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaultPath: Effect.Effect<string, StoreError> = PrivateDocument.defaultPath("app-tokens.json")

/**
 * Keeps the app tokens at {@link defaultPath}, see {@link layerAt}.
 *
 * @example
 * ```ts
 * import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
 * import * as AppTokenFile from "@le-auth/node/AppTokenFile"
 * import * as FileRefreshLock from "@le-auth/node/FileRefreshLock"
 * import * as UserSealKey from "@le-auth/node/UserSealKey"
 * import * as Layer from "effect/Layer"
 *
 * // A command whose app tokens are sealed for its user, and that asks for one at a time.
 * const tokens = SealedAppTokenStore.layer.pipe(Layer.provide(AppTokenFile.layer), Layer.provide(UserSealKey.layer))
 * const stores = Layer.merge(tokens, FileRefreshLock.layer)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<AppTokenStore, StoreError> = Layer.unwrap(Effect.map(defaultPath, layerAt))
