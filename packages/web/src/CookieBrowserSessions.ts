/**
 * `BrowserSessions` without a store: the identifier in the browser's cookie is the key of the session itself, sealed.
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
 * See {@link layer}, with options.
 *
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
 * Names the session in the cookie, by default for 30 days.
 *
 * **Signing out removes the cookie, and that is all it can do**: nothing on the server knows the identifier, so a copy of
 * the cookie stays good until its time is over. With `CookieSessionStore` a copy of this cookie alone is worth nothing, since
 * the session is in other cookies of the same browser; with a session store on the server it names that session for as long
 * as the session lives. Where signing out must end a stolen cookie too, use `BrowserSessions.layer`.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<BrowserSessions, never, Seal.SealKeys> = layerWith({})
