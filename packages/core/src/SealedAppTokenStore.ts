/**
 * An `AppTokenStore` whose tokens are sealed: what it hands to the store behind it holds no token in clear.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as SealedRecord from "./internal/sealedRecord.ts"
import { AppToken, type AppTokenKey } from "./AppToken.ts"
import { AppTokenStore } from "./AppTokenStore.ts"
import * as AppTokenText from "./shared/AppTokenText.ts"
import { SealKeys } from "./Seal.ts"

/** A record that was copied under another key does not open. */
const associatedData = (key: AppTokenKey): string => `app token of ${key.toString()}`

/**
 * Wraps the `AppTokenStore` of the context, whichever it is.
 *
 * The store behind it gets an app token whose access token is the whole record, sealed with its key (account, client)
 * as associated data. Only the key and the times stay readable, for looking up and cleaning up. `get` gives what was
 * inside the seal, so a time that was changed outside does not make a token last longer.
 *
 * A token that does not open (sealed with a key that is gone, changed, moved, or never sealed) counts as none, and a
 * warning in the log names its account. Then another one is asked for: a change of keys costs one request.
 *
 * It does not hide which applications have a token in which accounts.
 *
 * @example
 * ```ts
 * import * as AppTokenStore from "@le-auth/core/AppTokenStore"
 * import * as Seal from "@le-auth/core/Seal"
 * import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
 * import * as Layer from "effect/Layer"
 *
 * const store = SealedAppTokenStore.layer.pipe(
 *   Layer.provide(AppTokenStore.layerMemory), // or any other
 *   Layer.provide(Seal.layerConfig), // LE_AUTH_SEAL_KEYS
 *   Layer.provide(Seal.layerWebCrypto)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<AppTokenStore, never, AppTokenStore | SealKeys> = Layer.effect(
  AppTokenStore,
  Effect.gen(function* () {
    const store = yield* AppTokenStore
    const { decode, encode } = AppTokenText
    const records = SealedRecord.make<AppToken>(yield* SealKeys, { kind: "app token", encode, decode })

    return AppTokenStore.of({
      get: Effect.fnUntraced(function* (key) {
        const found = yield* store.get(key)
        if (Option.isNone(found)) return found
        const opened = yield* records.open(found.value.accessToken, associatedData(key), key.accountId)
        return yield* AppTokenText.unlessOver(opened)
      }),
      set: (token) =>
        Effect.flatMap(records.seal(new AppToken(token), associatedData(token.key)), (accessToken) =>
          store.set(new AppToken({ ...token, accessToken }))
        ),
      remove: store.remove
    })
  })
)
