/**
 * A `SessionStore` in the browser. The session travels in sealed cookies.
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
import { SessionsInCookies } from "./SessionsInCookies.ts"
import { WebApplication } from "./WebApplication.ts"

/**
 * The limits of the sessions in a browser.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The time from the sign-in to the end of the session. Default: 30 days. */
  readonly maxAge?: Duration.Input | undefined
  /** Maximum characters of a sealed session, in all its cookies. Default: 7,600, which is two cookies. */
  readonly maximumSize?: number | undefined
  /** Maximum sessions in one browser. One more takes the first place. Default: 1. */
  readonly maximumSessions?: number | undefined
}

const SessionJson = Schema.fromJsonString(Session)
const encode = Schema.encodeEffect(SessionJson)
const decode = Schema.decodeOption(SessionJson)

const store = "session cookie"
/**
 * Milliseconds that refreshed sessions are remembered, sealed, for requests that are on their way with the old cookie.
 */
const rememberedFor = Duration.toMillis("5 minutes")
const kept = { capacity: 2000, lifetime: rememberedFor }
/**
 * Maximum steps from the session of a cookie to the newest. A session is refreshed every half hour, so there are few.
 */
const maximumSteps = 16

const associatedData = "session cookie"

const isOf =
  (key: SessionKey) =>
  (session: Session): boolean =>
    session.key.toString() === key.toString()

/** The end of a sealed text, which is its authentication tag, so no two texts share it. */
const tagOf = (text: string): string => text.slice(-32)

/** A sealed session, as it is in a browser. */
interface Sealed {
  /** Names this set of tokens, and no other. */
  readonly identity: string
  /** Is part of the names of its cookies, so that removing one generation never removes another. */
  readonly mark: string
  readonly text: string
}

const sealedOf = ({ generation, key }: Session, text: string): Sealed => ({
  identity: generation === "" ? tagOf(text) : `${generation} ${key.toString()}`,
  mark: generation.slice(0, 6),
  text
})

/** The name of a text's cookies. Sessions from before there were generations have no mark. */
const nameOf = (place: string, mark: string): string => (mark === "" ? place : `${place}-${mark}`)

const piece = /^(?:([\w-]{6})-)?\d{1,2}$/

/** The names of all texts in a place. Two processes, or two requests at once, may have put two there. */
const namesIn = (browser: RequestCookies.RequestCookies, place: string): ReadonlyArray<string> => {
  const marks = browser.names().flatMap((name) => {
    const found = name.startsWith(`${place}-`) ? piece.exec(name.slice(place.length + 1)) : null
    return found === null ? [] : [found[1] ?? ""]
  })
  return [...new Set(marks)].map((mark) => nameOf(place, mark))
}

const renewedAt = (session: Session): number => session.renewedAt ?? session.signedInAt

/**
 * {@link layer} with limits.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (
  options: Options
): Layer.Layer<SessionStore | SessionsInCookies, never, WebApplication | Seal.SealKeys> =>
  Layer.effect(
    SessionStore,
    Effect.gen(function* () {
      const { cookies } = yield* WebApplication
      const keys = yield* Seal.SealKeys
      const maxAge = Duration.fromInputUnsafe(options.maxAge ?? "30 days")
      const limit = options.maximumSize ?? 2 * Chunks.maximumLength
      const current = RequestCookies.make(store, cookies.attributes)
      /** The places for sessions in a browser. Their names do not tell the user or the account. */
      const places = Array.from(
        { length: options.maximumSessions ?? 1 },
        (_, index) => `${cookies.prefix}data-${index}`
      )

      /** The successor of a session: a newer one, or none after it was removed. */
      const successors = new BoundedMap<{ readonly next: Sealed | undefined; readonly until: number }>(kept)
      /** The end of the time in which a written session may be written again, by a callback that comes twice. */
      const written = new BoundedMap<number>(kept)
      const successorOf = (identity: string, now: number) => {
        const found = successors.get(identity, now)
        return found === undefined || found.until <= now ? undefined : found
      }

      /** The newest known successor, and whether it was removed. */
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

      /** Notes the successor, for requests that are on their way with the old cookies. */
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

      /** The session in a place, or its successor. */
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
        // The browser lacks the newest, whose answer was lost or is on its way, or it has others beside the newest.
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

      /** The session of a key. The key is inside the seal, so a session is found under its own key only. */
      const find = (browser: RequestCookies.RequestCookies, key: SessionKey) =>
        Effect.map(readAll(browser), (all) => all.find(({ session }) => isOf(key)(session)))

      /** Whether the found session is still the newest and of this generation. Must be in one step with the write. */
      const matches = (
        found: { readonly session: Session; readonly sealed: Sealed } | undefined,
        over: Generation | "any",
        now: number
      ): boolean =>
        over === "any" ||
        (found !== undefined &&
          found.session.generation === over &&
          successorOf(found.sealed.identity, now) === undefined)

      /** Whether this process wrote the same session lately, and it has no successor. */
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
            // It is the newest now, even if it has had a successor.
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
  ).pipe(Layer.merge(Layer.succeed(SessionsInCookies, true)))

/**
 * Keeps the session of a browser in its own cookies: HttpOnly, sealed with the `SealKeys`, in pieces of less than 4
 * KiB. The application then needs no store on the server. `list` gives only the sessions of the browser that sent the
 * request.
 *
 * Cookies have limits that a store on the server does not have:
 *
 * - **Removing a session removes only the cookies.** A copy of them stays valid until LivePerson ends the tokens
 *   inside, or `maxAge` is over. `Sessions.revokeEverywhere` ends the tokens themselves.
 * - **Two processes can refresh one session at the same time**, each with the same refresh token. Even if they share
 *   the lock, the second process has the old cookie, and a process compares only with sessions that it knows. In one
 *   process the second refresh gets the result of the first. LivePerson does not document that it rotates refresh
 *   tokens. If it does, keep a browser at one process, or use a store. The answers of two processes never remove each
 *   other's session from the browser, in any order, since the names of the cookies contain the generation.
 * - **Requests of one browser that run at the same moment and set different sessions** do not see each other. Each
 *   answer brings the old cookies and its own session, and the last answer wins. This does not concern one session per
 *   browser, the default. This and the comparison between two processes are its two exceptions from the contract of
 *   `SessionStore`.
 * - A refresh counts when its answer reaches the browser. Work without a request (a job, a timer) has no session, and
 *   every operation fails with a `StoreError`.
 *
 * A session of more than `maximumSize` characters is refused with `CookieTooLarge`.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as Seal from "@le-auth/core/Seal"
 * import * as CookieSessionStore from "@le-auth/web/CookieSessionStore"
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as Layer from "effect/Layer"
 *
 * const SessionsLive = CookieSessionStore.layerWith({ maxAge: "8 hours" }).pipe(
 *   Layer.provide(WebApplication.layer),
 *   Layer.provide(AppInstallations.layerConfig), // LE_AUTH_ACCOUNT_ID, ...
 *   Layer.provide(Seal.layerConfig), // LE_AUTH_SEAL_KEYS
 *   Layer.provide(Seal.layerWebCrypto)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SessionStore | SessionsInCookies, never, WebApplication | Seal.SealKeys> = layerWith({})
