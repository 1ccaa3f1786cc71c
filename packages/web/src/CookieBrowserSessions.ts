/**
 * `BrowserSessions` without a store. The identifier in the browser's cookie is the sealed key of the session.
 *
 * @since 0.1.0
 */
import * as Seal from "@le-auth/core/Seal"
import { SessionKey } from "@le-auth/core/Session"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { BrowserSessions } from "./BrowserSessions.ts"

const Content = Schema.fromJsonString(Schema.Struct({ key: SessionKey, until: Schema.Finite }))
const encode = Schema.encodeEffect(Content)
const decode = Schema.decodeOption(Content)

const associatedData = "browser session"

/**
 * {@link layer} with the time that a browser stays signed in. Default: 30 days.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: {
  readonly maxAge?: Duration.Input | undefined
}): Layer.Layer<BrowserSessions, never, Seal.SealKeys> =>
  Layer.effect(
    BrowserSessions,
    Effect.map(Seal.SealKeys, (keys) => {
      const maxAge = Duration.fromInputUnsafe(options.maxAge ?? "30 days")
      return BrowserSessions.of({
        maxAge,
        create: Effect.fnUntraced(function* (key) {
          const until = (yield* Clock.currentTimeMillis) + Duration.toMillis(maxAge)
          const text = yield* Effect.orDie(encode({ key: new SessionKey(key), until }))
          return Redacted.make(yield* keys.seal(text, associatedData), { label: "browser session" })
        }),
        find: Effect.fnUntraced(function* (identifier) {
          const content = Option.flatMap(yield* keys.open(identifier, associatedData), decode)
          const now = yield* Clock.currentTimeMillis
          return content.pipe(
            Option.filter(({ until }) => until > now),
            Option.map(({ key }) => key)
          )
        }),
        remove: () => Effect.void
      })
    })
  )

/**
 * Keeps the key of a browser's session in its cookie, for 30 days. The server keeps nothing.
 *
 * **A sign-out can only remove the cookie.** The server does not know the identifier, so a copy of the cookie stays
 * valid until its time is over. With `CookieSessionStore` a copy of this cookie alone is worth nothing, since the
 * session is in other cookies of the same browser. With a session store on the server it names that session as long as
 * the session lives. If a sign-out must also end a stolen cookie, use `BrowserSessions.layer`.
 *
 * @example
 * ```ts
 * import * as Seal from "@le-auth/core/Seal"
 * import * as CookieBrowserSessions from "@le-auth/web/CookieBrowserSessions"
 * import * as Layer from "effect/Layer"
 *
 * const BrowsersLive = CookieBrowserSessions.layer.pipe(
 *   Layer.provide(Seal.layerConfig), // LE_AUTH_SEAL_KEYS
 *   Layer.provide(Seal.layerWebCrypto)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<BrowserSessions, never, Seal.SealKeys> = layerWith({})
