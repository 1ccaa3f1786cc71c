/**
 * Port: keeps app tokens.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { AppToken, AppTokenKey } from "./AppToken.ts"
import { BoundedMap } from "./shared/BoundedMap.ts"
import { unlessOver } from "./shared/AppTokenText.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * The contract of an adapter:
 *
 * - `get` gives the token that was `set` last under an equal key, or none. What it cannot read (corrupt, of another
 *   version, sealed with a lost key) counts as none, not as an error, and so does a token after its `expiresAt`.
 * - `set` writes the whole token under its key, in one atomic step, whatever was there: of two tokens that were asked
 *   for at once both are valid, so either may stay.
 * - `remove` removes the token of a key. To remove what is not there succeeds.
 * - A token is kept until its `expiresAt`. After that it may be dropped. One may also be lost before: it costs one
 *   request.
 *
 * @category services
 * @since 0.1.0
 */
export class AppTokenStore extends Context.Service<
  AppTokenStore,
  {
    /** The token of a key, or none. */
    readonly get: (key: AppTokenKey) => Effect.Effect<Option.Option<AppToken>, StoreError>
    /** Writes a token. */
    readonly set: (token: AppToken) => Effect.Effect<void, StoreError>
    /** Removes the token of a key. */
    readonly remove: (key: AppTokenKey) => Effect.Effect<void, StoreError>
  }
>()("@le-auth/core/AppTokenStore") {}

/** At least half of them are kept, the last that were used. */
const capacity = 100_000

/**
 * Keeps the app tokens in the memory of this process, at most 100,000 of them: enough for one process, since a token
 * that is lost costs one request. Processes that share a database or a Redis share the tokens in it.
 *
 * @example
 * ```ts
 * import { AppTokenKey } from "@le-auth/core/AppToken"
 * import * as AppTokenStore from "@le-auth/core/AppTokenStore"
 * import { AccountId, ClientId } from "@le-auth/core/Identifiers"
 * import * as Effect from "effect/Effect"
 *
 * const key = new AppTokenKey({
 *   accountId: AccountId.make("12345678"),
 *   clientId: ClientId.make("33333333-3333-4333-8333-333333333333")
 * })
 * const token = AppTokenStore.AppTokenStore.use((store) => store.get(key))
 *
 * Effect.provide(token, AppTokenStore.layerMemory) // => Option.none()
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<AppTokenStore> = Layer.sync(AppTokenStore, () => {
  const tokens = new BoundedMap<AppToken>({ capacity })
  return {
    get: (key) => Effect.suspend(() => unlessOver(Option.fromUndefinedOr(tokens.get(key.toString())))),
    set: (token) => Effect.sync(() => tokens.set(token.key.toString(), token)),
    remove: (key) => Effect.sync(() => void tokens.delete(key.toString()))
  }
})
