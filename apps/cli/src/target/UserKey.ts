/**
 * The user's seal key, for profiles and sessions. It is opened once, when the first of them is read, so that other
 * commands need no home and no keychain.
 */
import type { SealKeys } from "@le-auth/core/Seal"
import type { SettingsError } from "@le-auth/core/Settings"
import type { StoreError } from "@le-auth/core/StoreError"
import * as UserSealKey from "@le-auth/node/UserSealKey"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export class UserKey extends Context.Service<
  UserKey,
  Effect.Effect<Context.Context<SealKeys | UserSealKey.SealKeyLocation>, StoreError | SettingsError>
>()("@le-auth/cli/target/UserKey") {}

export const layerWith = (options: UserSealKey.Options): Layer.Layer<UserKey> =>
  Layer.effect(
    UserKey,
    Effect.flatMap(Effect.scope, (scope) => Effect.cached(Layer.buildWithScope(UserSealKey.layerWith(options), scope)))
  )

/** The key as a layer, for code that reads something sealed. */
export const opened: Layer.Layer<SealKeys | UserSealKey.SealKeyLocation, StoreError | SettingsError, UserKey> =
  Layer.effectContext(Effect.flatten(UserKey))
