/**
 * A `SessionStore` in the browser: the session travels in cookies, sealed.
 *
 * @since 0.1.0
 */
import * as Seal from "@le-auth/core/Seal"
import { type Generation, Session, type SessionKey } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import { BoundedMap } from "@le-auth/core/shared/BoundedMap"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CookieTooLarge } from "./CookieTooLarge.ts"
import * as Chunks from "./internal/chunks.ts"
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
/** How long refreshed sessions are remembered, sealed, for requests that were on their way with the cookie before. */
const rememberedFor = Duration.toMillis("5 minutes")
const kept = { capacity: 2000, lifetime: rememberedFor }
/** From what a cookie holds to the newest session. One is refreshed every half hour, so five minutes hold no more. */
const maximumSteps = 16

const associatedData = "session cookie"

const isOf =
  (key: SessionKey) =>
  (session: Session): boolean =>
    session.key.toString() === key.toString()

/** The end of a sealed text is its authentication tag: no two texts share it. */
const tagOf = (text: string): string => text.slice(-32)

/** A session as it is in a browser. */
interface Sealed {
  /** Of this set of tokens, and of no other. */
  readonly identity: string
  /** In the name of its cookies, so that to remove one generation never removes another. */
  readonly mark: string
  readonly text: string
}

const sealedOf = ({ generation, key }: Session, text: string): Sealed => ({
  identity: generation === "" ? tagOf(text) : `${generation} ${key.toString()}`,
  mark: generation.slice(0, 6),
  text
})

/** What was kept before there were generations has no mark. */
const nameOf = (place: string, mark: string): string => (mark === "" ? place : `${place}-${mark}`)

const piece = /^(?:([\w-]{6})-)?\d{1,2}$/

/** The names of all texts in a place: more than one if two processes, or two requests at once, put them there. */
const namesIn = (browser: RequestCookies.RequestCookies, place: string): ReadonlyArray<string> => {
  const marks = browser.names().flatMap((name) => {
    const found = name.startsWith(`${place}-`) ? piece.exec(name.slice(place.length + 1)) : null
    return found === null ? [] : [found[1] ?? ""]
  })
  return [...new Set(marks)].map((mark) => nameOf(place, mark))
}

const renewedAt = (session: Session): number => session.renewedAt ?? session.signedInAt

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
      const current = RequestCookies.make(store, cookies.attributes)
      /** The places for sessions in a browser. Their names say nothing of whose they are. */
      const places = Array.from(
        { length: options.maximumSessions ?? 1 },
        (_, index) => `${cookies.prefix}data-${index}`
      )

      /** What a session became: a newer one, or none after it was removed. */
      const successors = new BoundedMap<{ readonly next: Sealed | undefined; readonly until: number }>(kept)
      /** Until when this process knows what it wrote, for a callback that comes again before the browser has got the first answer. */
      const written = new BoundedMap<number>(kept)
      const successorOf = (identity: string, now: number) => {
        const found = successors.get(identity, now)
        return found === undefined || found.until <= now ? undefined : found
      }

      /** The newest that is known, and whether it was removed. */
      const follow = (sealed: Sealed, now: number): { readonly newest: Sealed; readonly isRemoved: boolean } => {
        let newest = sealed
        for (let step = 0; step < maximumSteps; step++) {
          const found = successorOf(newest.identity, now)
          if (found === undefined) break
          if (found.next === undefined) return { newest, isRemoved: true }
          newest = found.next
        }
        return { newest, isRemoved: false }
      }

      /** For requests that are on their way with the cookies of before. */
      const succeed = (before: Sealed, next: Sealed | undefined, now: number) =>
        successors.set(follow(before, now).newest.identity, { next, until: now + rememberedFor }, now)

      const open = (text: string) => Effect.map(keys.open(text, associatedData), Option.flatMap(decode))

      const clear = (browser: RequestCookies.RequestCookies, place: string) => {
        for (const name of namesIn(browser, place)) Chunks.remove(browser, name)
      }

      const put = (browser: RequestCookies.RequestCookies, place: string, sealed: Sealed) => {
        clear(browser, place)
        Chunks.write(browser, nameOf(place, sealed.mark), sealed.text, maxAge)
      }

      /** The session in a place, or what it became meanwhile. */
      const read = Effect.fnUntraced(function* (browser: RequestCookies.RequestCookies, place: string) {
        const now = yield* Clock.currentTimeMillis
        let latest: { readonly session: Session; readonly sealed: Sealed } | undefined
        for (const name of namesIn(browser, place)) {
          const text = Chunks.read(browser.get, name)
          if (text === undefined) continue
          const found = yield* open(text)
          if (Option.isNone(found)) {
            yield* Effect.logWarning("The cookies of a session do not open with the seal keys, so they count as none")
            Chunks.remove(browser, name)
            continue
          }
          const session = found.value
          if (session.signedInAt + Duration.toMillis(maxAge) <= now) continue
          if (latest === undefined || renewedAt(session) > renewedAt(latest.session)) {
            latest = { session, sealed: sealedOf(session, text) }
          }
        }
        if (latest === undefined) return undefined
        const { isRemoved, newest } = follow(latest.sealed, now)
        if (isRemoved) {
          clear(browser, place)
          return undefined
        }
        // This browser has not got the newest yet, since its answer was lost or is on its way, or has others beside it.
        if (newest !== latest.sealed || namesIn(browser, place).length > 1) put(browser, place, newest)
        if (newest === latest.sealed) return { place, ...latest }
        const session = yield* open(newest.text)
        return Option.isNone(session) ? undefined : { place, session: session.value, sealed: newest }
      })

      const readAll = (browser: RequestCookies.RequestCookies) =>
        Effect.map(
          Effect.forEach(places, (place) => read(browser, place)),
          (all) => all.filter((found) => found !== undefined)
        )

      /** The key is inside of the seal, so a session is found under its own key only. */
      const find = (browser: RequestCookies.RequestCookies, key: SessionKey) =>
        Effect.map(readAll(browser), (all) => all.find(({ session }) => isOf(key)(session)))

      /** In one step with what is written then: what was found is still the newest, and of this generation. */
      const matches = (
        found: { readonly session: Session; readonly sealed: Sealed } | undefined,
        over: Generation | "any",
        now: number
      ): boolean =>
        over === "any" ||
        (found !== undefined &&
          found.session.generation === over &&
          successorOf(found.sealed.identity, now) === undefined)

      /** The same once more, for a browser that has not got it, and nothing came of it since. */
      const isAgain = ({ identity }: Sealed, now: number): boolean =>
        (written.get(identity, now) ?? 0) > now && successorOf(identity, now) === undefined

      return SessionStore.of({
        get: Effect.fnUntraced(function* (key) {
          const found = yield* find(yield* current("get"), key)
          return Option.fromUndefinedOr(found?.session)
        }),

        set: Effect.fnUntraced(function* (session, over) {
          const browser = yield* current("set")
          const text = yield* keys.seal(yield* Effect.orDie(encode(new Session(session))), associatedData)
          if (text.length > limit) {
            return yield* new CookieTooLarge({ store, operation: "set", characters: text.length, limit })
          }
          const found = yield* find(browser, session.key)
          const now = yield* Clock.currentTimeMillis
          return yield* Effect.sync(() => {
            const sealed = sealedOf(session, text)
            const again = found === undefined && over === session.generation && isAgain(sealed, now)
            if (!again && !matches(found, over, now)) return false
            written.set(sealed.identity, now + rememberedFor, now)
            if (found !== undefined) succeed(found.sealed, sealed, now)
            // It is the newest now, also if it was so once before.
            successors.delete(sealed.identity)
            const isFree = (place: string) =>
              namesIn(browser, place).every((name) => Chunks.read(browser.get, name) === undefined)
            put(browser, found?.place ?? places.find(isFree) ?? places[0]!, sealed)
            return true
          })
        }),

        remove: Effect.fnUntraced(function* (key, only) {
          const browser = yield* current("remove")
          const found = yield* find(browser, key)
          const now = yield* Clock.currentTimeMillis
          return yield* Effect.sync(() => {
            if (!matches(found, only, now)) return false
            if (found === undefined) return true
            succeed(found.sealed, undefined, now)
            clear(browser, found.place)
            return true
          })
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
 *   the second process still has the cookie of before, and a process compares only with what it knows itself. In one process the
 *   second gets what the first received. LivePerson does not document that it rotates refresh tokens; where it does, let a browser
 *   stay with one process, or use a store. What one process received is not taken from the browser by the answer of another, in
 *   whichever order they come: cookies are named by the generation that they hold.
 * - **Requests of one browser that run at the same moment and set different sessions** do not see each other: each answer
 *   brings the cookies of before with one session more, and the last answer wins. One session per browser, the default, is not
 *   concerned. This and the comparison between two processes are what it does not keep of the contract of `SessionStore`.
 * - A refresh counts when its answer reaches the browser. Work without a request (a job, a timer) has no session at all:
 *   every method then fails with a `StoreError`.
 *
 * A session of more than `maximumSize` characters is refused with `CookieTooLarge`.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore, never, WebApplication | Seal.SealKeys> = layerWith({})
