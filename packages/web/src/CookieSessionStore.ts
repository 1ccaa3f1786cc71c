/**
 * A `SessionStore` in the browser: the session travels in cookies, sealed.
 *
 * @since 0.1.0
 */
import * as Seal from "@le-auth/core/Seal"
import { Session, type SessionKey } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CookieTooLarge } from "./CookieTooLarge.ts"
import * as Chunks from "./internal/chunks.ts"
import { Recent } from "./internal/recent.ts"
import * as RequestCookies from "./internal/requestCookies.ts"
import { WebApplication } from "./WebApplication.ts"

/**
 * @since 0.1.0
 */
export interface Options {
  /** How long after the sign-in a session ends in any case. Default: 30 days. */
  readonly maxAge?: Duration.Input | undefined
  /** So many characters a session may have, sealed, in all its cookies. Default: 7,600, which is two cookies. */
  readonly maximumSize?: number | undefined
  /** So many sessions one browser may hold; one more takes the first place. Default: 1. */
  readonly maximumSessions?: number | undefined
}

const SessionJson = Schema.fromJsonString(Session)
const encode = Schema.encodeEffect(SessionJson)
const decode = Schema.decodeOption(SessionJson)

const store = "session cookie"
/** So many refreshed sessions are remembered, sealed, for requests that were on their way with the cookie before. */
const remembered = 2000
const rememberedFor = Duration.toMillis("5 minutes")
/** From cookie to newest session. One is refreshed every half hour, so five minutes hold no more. */
const maximumSteps = 16

const associatedData = "session cookie"

const isOf =
  (key: SessionKey) =>
  (session: Session): boolean =>
    session.key.toString() === key.toString()

/** The end of a sealed text is its authentication tag: no two texts share it. */
const tagOf = (text: string): string => text.slice(-32)

/**
 * See {@link layer}, with options.
 *
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<SessionStore, never, WebApplication | Seal.SealKeys> =>
  Layer.effect(
    SessionStore,
    Effect.gen(function* () {
      const { cookies } = yield* WebApplication
      const keys = yield* Seal.SealKeys
      const maxAge = Duration.fromInputUnsafe(options.maxAge ?? "30 days")
      const limit = options.maximumSize ?? 2 * Chunks.maximumLength
      const current = RequestCookies.make(store, { ...cookies.attributes, path: "/" })
      /** The places for sessions in a browser. Their names say nothing of whose they are. */
      const places = Array.from(
        { length: options.maximumSessions ?? 1 },
        (_, index) => `${cookies.prefix}le-auth-data-${index}`
      )

      /** What a session became: a newer sealed text, or none after it was removed. */
      const successors = new Recent<{ readonly text: string | undefined; readonly until: number }>(remembered)

      const open = (text: string) => Effect.map(keys.open(text, associatedData), Option.flatMap(decode))

      const follow = (text: string, now: number): string | undefined => {
        let newest: string | undefined = text
        for (let step = 0; step < maximumSteps && newest !== undefined; step++) {
          const next = successors.get(tagOf(newest))
          if (next === undefined || next.until <= now) break
          newest = next.text
        }
        return newest
      }

      /** The session in a place, or what it became meanwhile. */
      const read = Effect.fnUntraced(function* (browser: RequestCookies.RequestCookies, place: string) {
        const text = Chunks.read(browser.get, place)
        if (text === undefined) return undefined
        const found = yield* open(text)
        if (Option.isNone(found)) {
          yield* Effect.logWarning("The cookies of a session do not open with the seal keys, so they count as none")
          Chunks.remove(browser, place)
          return undefined
        }
        const now = yield* Clock.currentTimeMillis
        if (found.value.signedInAt + Duration.toMillis(maxAge) <= now) return undefined
        const newest = follow(text, now)
        if (newest === text) return found.value
        if (newest === undefined) return undefined
        // This browser has not got it yet, or its answer was lost.
        Chunks.write(browser, place, newest, maxAge)
        return Option.getOrUndefined(yield* open(newest))
      })

      const readAll = (browser: RequestCookies.RequestCookies) =>
        Effect.map(
          Effect.forEach(places, (place) => Effect.map(read(browser, place), (session) => ({ place, session }))),
          (all) => all.flatMap(({ place, session }) => (session === undefined ? [] : [{ place, session }]))
        )

      /** The key is inside of the seal, so a session is found under its own key only. */
      const find = (browser: RequestCookies.RequestCookies, key: SessionKey) =>
        Effect.map(readAll(browser), (all) => all.find(({ session }) => isOf(key)(session)))

      /** For requests that are on their way with the cookies of before. */
      const succeed = Effect.fnUntraced(function* (
        browser: RequestCookies.RequestCookies,
        place: string,
        key: SessionKey,
        text: string | undefined
      ) {
        const until = (yield* Clock.currentTimeMillis) + rememberedFor
        for (const before of [Chunks.read(browser.sent, place), Chunks.read(browser.get, place)]) {
          if (before === undefined) continue
          const was = yield* open(before)
          if (Option.isSome(was) && isOf(key)(was.value)) successors.set(tagOf(before), { text, until })
        }
      })

      return SessionStore.of({
        get: Effect.fnUntraced(function* (key) {
          const found = yield* find(yield* current("get"), key)
          return Option.fromUndefinedOr(found?.session)
        }),

        set: Effect.fnUntraced(function* (session) {
          const browser = yield* current("set")
          const text = yield* keys.seal(yield* Effect.orDie(encode(new Session(session))), associatedData)
          if (text.length > limit) {
            return yield* new CookieTooLarge({ store, operation: "set", characters: text.length, limit })
          }
          const same = yield* find(browser, session.key)
          if (same !== undefined) yield* succeed(browser, same.place, session.key, text)
          const free = places.find((place) => Chunks.read(browser.get, place) === undefined)
          Chunks.write(browser, same?.place ?? free ?? places[0]!, text, maxAge)
        }),

        remove: Effect.fnUntraced(function* (key) {
          const browser = yield* current("remove")
          const found = yield* find(browser, key)
          if (found === undefined) return
          yield* succeed(browser, found.place, key, undefined)
          Chunks.remove(browser, found.place)
        }),

        list: Effect.fnUntraced(function* (accountId) {
          const all = yield* readAll(yield* current("list"))
          return all.map(({ session }) => session.key).filter((key) => key.accountId === accountId)
        })
      })
    })
  )

/**
 * Keeps the session of a browser in its own cookies: HttpOnly, sealed with the `SealKeys`, in pieces of less than 4 KiB. The
 * application then needs no store on the server. `list` gives the sessions of the browser that sent the request, no others.
 *
 * What a cookie cannot do, a store on the server can:
 *
 * - **Removing a session removes the cookies.** A copy of them stays good until LivePerson ends the tokens inside, or
 *   `maxAge` is over. To end the tokens themselves, use `Sessions.revokeEverywhere`.
 * - **Two processes can refresh one session at the same time**, each with the same refresh token: the lock may be shared, but
 *   the second process still has the cookie of before. In one process the second gets what the first received. LivePerson
 *   does not document that it rotates refresh tokens; where it does, let a browser stay with one process, or use a store.
 * - **Requests of one browser that run at the same moment and set different sessions** do not see each other: each answer
 *   brings the cookies of before with one session more, and the last answer wins. One session per browser, the default, is not
 *   concerned. This is the one demand of the contract of `SessionStore` that it does not keep.
 * - A refresh counts when its answer reaches the browser. Work without a request (a job, a timer) has no session at all:
 *   every method then fails with a `StoreError`.
 *
 * A session of more than `maximumSize` characters is refused with `CookieTooLarge`.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, never, WebApplication | Seal.SealKeys> = layerWith({})
