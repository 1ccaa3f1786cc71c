/**
 * A `SessionStore` whose sessions are sealed: what it hands to the store behind it holds no token and no claim in
 * clear.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as SealedRecord from "./internal/sealedRecord.ts"
import * as SessionText from "./shared/SessionText.ts"
import { SealKeys } from "./Seal.ts"
import { type Generation, Session, type SessionKey } from "./Session.ts"
import { SessionStore } from "./SessionStore.ts"

/** A record that was copied under another key, or was given another generation, does not open. */
const associatedData = (key: SessionKey, generation: Generation): string =>
  generation === "" ? `session of ${key.toString()}` : `session of ${key.toString()} generation ${generation}`

/**
 * Wraps the `SessionStore` of the context, whichever it is.
 *
 * The store behind it gets a session whose access token is the whole session, sealed with its key (account, client,
 * subject) as associated data; there is no refresh token and there are no claims. Only the key, the generation and the
 * times stay readable, for looking up, comparing and cleaning up. `get` gives what was inside the seal, so a time that
 * was changed outside changes nothing, and a session whose generation was changed does not open.
 *
 * A session that does not open (sealed with a key that is gone, changed, moved, or never sealed) counts as none, and a
 * warning in the log names its account. So switching this on signs everyone out once. When keys rotate, sessions move
 * to the newest key as they are refreshed: keep the old one as long as sessions live without a refresh.
 *
 * It does not hide which users have a session, and it does not notice a whole record that was put back to an older
 * state of the same session.
 *
 * @example
 * ```ts
 * import * as Seal from "@le-auth/core/Seal"
 * import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
 * import * as SessionStore from "@le-auth/core/SessionStore"
 * import * as Layer from "effect/Layer"
 *
 * const store = SealedSessionStore.layer.pipe(
 *   Layer.provide(SessionStore.layerMemory), // or any other
 *   Layer.provide(Seal.layerConfig), // LE_AUTH_SEAL_KEYS
 *   Layer.provide(Seal.layerWebCrypto)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, never, SessionStore | SealKeys> = Layer.effect(
  SessionStore,
  Effect.gen(function* () {
    const store = yield* SessionStore
    const keys = yield* SealKeys

    const { decode, encode } = SessionText
    const records = SealedRecord.make<Session>(keys, { kind: "session", encode, decode })

    const open = ({ accessToken, generation }: Session, key: SessionKey) =>
      records.open(accessToken, associatedData(key, generation), key.accountId)

    const get = (key: SessionKey) =>
      Effect.flatMap(store.get(key), (found) => (Option.isNone(found) ? Effect.succeedNone : open(found.value, key)))

    /** A record that does not open is not a session, so it matches no generation. */
    const opens = (key: SessionKey, over: Generation | "any") =>
      over === "any" ? Effect.succeed(true) : Effect.map(get(key), Option.isSome)

    return SessionStore.of({
      get,
      set: (session, over) =>
        Effect.gen(function* () {
          const { expiresAt, generation, key, refreshAt, renewedAt, signedInAt } = session
          if (!(yield* opens(key, over))) return false
          const accessToken = yield* records.seal(new Session(session), associatedData(key, generation))
          const times = { signedInAt, refreshAt, expiresAt, ...(renewedAt === undefined ? {} : { renewedAt }) }
          return yield* store.set(new Session({ key, generation, accessToken, ...times }), over)
        }),
      remove: (key, only) =>
        Effect.flatMap(opens(key, only), (opens) => (opens ? store.remove(key, only) : Effect.succeed(false))),
      list: store.list
    })
  })
)
