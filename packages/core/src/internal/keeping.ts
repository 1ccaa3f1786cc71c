/**
 * How received tokens get into the store, and never an older one on top of a newer. A received token is a commit: the
 * code or the refresh token that was given for it is spent, so it is offered to the store until that has it, or has
 * something newer.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { Generation, Session, SessionKey } from "../Session.ts"
import { NotSignedIn } from "../SessionError.ts"
import { SessionStore } from "../SessionStore.ts"
import type { StoreError } from "../StoreError.ts"

/** What failed is tried twice more, with growing pauses. */
const persistently = { times: 2, schedule: Schedule.exponential("100 millis") }

/** A session on its way into the store. */
interface Renewed {
  readonly session: Session
  /** Whether it may take the place of what the store has. */
  readonly mayReplace: (stored: Session | undefined) => boolean
  /** The session that it was made of, if the store also lacks that one. */
  readonly after?: Renewed | undefined
  /** The user has signed out: sessions that were made of it do not count any more. */
  isOver: boolean
}

const replaces = ({ after, mayReplace }: Renewed, stored: Session | undefined): boolean =>
  mayReplace(stored) || (after !== undefined && !after.isOver && replaces(after, stored))

/** The session that counts; `unsaved` if the store lacks it. */
export interface Looked {
  readonly session: Session
  readonly unsaved?: Renewed
}

const inStore = (stored: Session | undefined): Effect.Effect<Looked, NotSignedIn> =>
  stored === undefined ? Effect.fail(new NotSignedIn()) : Effect.succeed({ session: stored })

export const make = Effect.gen(function* () {
  const store = yield* SessionStore

  /**
   * Sessions that the store did not take. Only their tokens work: they are used, and offered again at each use, until
   * the store has them, or another process has changed it.
   */
  const unsaved = new Map<string, Renewed>()
  const unsavedOf = (key: SessionKey) => unsaved.get(key.toString())
  const drop = (renewed: Renewed) => {
    if (unsavedOf(renewed.session.key) === renewed) unsaved.delete(renewed.session.key.toString())
  }

  const get = (key: SessionKey) => Effect.map(store.get(key), Option.getOrUndefined)

  /** Gives what the store has then: this session or what is newer, which may be none. */
  const offer = Effect.fnUntraced(function* (renewed: Renewed) {
    const { session } = renewed
    const stored = yield* get(session.key)
    // Also if an earlier try had written it, and the answer was lost: it does not replace itself.
    if (!replaces(renewed, stored)) return stored
    return (yield* store.set(session, stored?.generation ?? "any")) ? session : yield* get(session.key)
  })

  /** After three failures the session is kept here, unless it is out of date already. */
  const keep = (renewed: Renewed, over: Generation | "any", error: StoreError) =>
    Effect.suspend((): Effect.Effect<Session | undefined> => {
      const there = unsavedOf(renewed.session.key)
      if (over !== "any" && there !== undefined && there !== renewed.after) return Effect.succeed(there.session)
      if (renewed.after?.isOver === true) return Effect.succeed(undefined)
      unsaved.set(renewed.session.key.toString(), renewed)
      return Effect.as(
        Effect.logError("New tokens could not be saved; they are kept in memory and saved later", error.message),
        renewed.session
      )
    })

  /** The only way of tokens into the store. Gives the session that counts then: this one, a newer one, or none. */
  const commit = <E = never>(
    renewed: Renewed,
    over: Generation | "any",
    otherwise: (error: StoreError) => Effect.Effect<Session | undefined, E> = (error) => keep(renewed, over, error)
  ): Effect.Effect<Session | undefined, E> => {
    const { session } = renewed
    let failed = false
    const attempt = Effect.suspend(() =>
      // Whether a try that failed has written after all, only reading tells.
      failed
        ? offer(renewed)
        : Effect.flatMap(store.set(session, over), (written) =>
            written ? Effect.succeed<Session | undefined>(session) : offer(renewed)
          )
    )
    return attempt.pipe(
      Effect.tapError(() => Effect.sync(() => void (failed = true))),
      Effect.retry({ ...persistently, while: ({ isFinal }) => !isFinal }),
      Effect.tap(() => Effect.sync(() => unsaved.delete(session.key.toString()))),
      Effect.catch(otherwise)
    )
  }

  /** The session as it is now, wherever it is. */
  const look = (key: SessionKey): Effect.Effect<Looked, NotSignedIn | StoreError> =>
    Effect.suspend(() => {
      const renewed = unsavedOf(key)
      if (renewed === undefined) return Effect.flatMap(get(key), inStore)
      const kept: Looked = { session: renewed.session, unsaved: renewed }
      return get(key).pipe(
        Effect.flatMap((stored) => {
          if (replaces(renewed, stored)) return Effect.succeed(kept)
          // The store has it by now, or another process ended the session or began a new one.
          drop(renewed)
          return inStore(stored)
        }),
        Effect.catchTag("StoreError", () => Effect.succeed(kept))
      )
    })

  return {
    look,
    list: store.list,

    /** Offers once more whatever the store lacks. Fails if it does not take something. */
    flush: Effect.suspend(() =>
      Effect.forEach(
        unsaved.values(),
        (renewed) => Effect.tap(offer(renewed), () => Effect.sync(() => drop(renewed))),
        { discard: true }
      )
    ),

    /** {@link look}, and offers the store what it lacks. */
    settle: (key: SessionKey): Effect.Effect<Looked, NotSignedIn | StoreError> =>
      Effect.flatMap(look(key), (looked) =>
        looked.unsaved === undefined
          ? Effect.succeed(looked)
          : Effect.matchEffect(offer(looked.unsaved), {
              onFailure: () => Effect.succeed(looked),
              onSuccess: () => look(key)
            })
      ),

    /** Saves a new sign-in: it is newer than whatever a refresh brings. */
    begin: Effect.fnUntraced(function* (session: Session) {
      // What the store has before; a key with an instance is new. If that cannot be read, a sign-in replaces older
      // ones.
      const before =
        session.key.instance === undefined ? yield* Effect.option(get(session.key)) : Option.some(undefined)
      const mayReplace = (stored: Session | undefined) =>
        Option.isSome(before)
          ? stored?.generation === before.value?.generation
          : stored === undefined || stored.signedInAt < session.signedInAt
      const renewed: Renewed = { session, mayReplace, isOver: false }
      // A session that the store will never take cannot be found again, so it is not kept.
      return (
        (yield* commit(renewed, "any", (error) =>
          error.isFinal ? Effect.fail(error) : keep(renewed, "any", error)
        )) ?? session
      )
    }),

    /**
     * A session that was saved before, as it is now. What is missing matches no generation, so nothing that has ended
     * comes back; a store in cookies knows what it wrote.
     */
    again: (session: Session): Effect.Effect<Option.Option<Session>, StoreError> =>
      look(session.key).pipe(
        Effect.map(({ session }) => Option.some(session)),
        Effect.catchTag("NotSignedIn", () =>
          Effect.map(store.set(session, session.generation), (written) =>
            written ? Option.some(session) : Option.none()
          )
        )
      ),

    /** Saves what a refresh made of a session. None if the session was ended meanwhile. */
    renew: (before: Looked, session: Session): Effect.Effect<Session | undefined> => {
      const { generation } = before.session
      const mayReplace = (stored: Session | undefined) => stored?.generation === generation
      return commit({ session, mayReplace, after: before.unsaved, isOver: false }, generation)
    },

    /** Removes a session that LivePerson ended, and nothing newer. Gives what counts instead, if there is anything. */
    end: Effect.fnUntraced(function* ({ session, unsaved }: Looked) {
      const ended = Effect.logInfo("A session has ended at LivePerson and is removed", {
        account: session.key.accountId
      })
      if (unsaved !== undefined) drop(unsaved)
      if (yield* store.remove(session.key, session.generation)) return yield* Effect.as(ended, undefined)
      const stored = yield* get(session.key)
      // Another process removed it, or saved something newer.
      if (unsaved === undefined || !replaces(unsaved, stored)) return stored ?? (yield* new NotSignedIn())
      // What the store has is older still.
      if (stored === undefined || (yield* store.remove(session.key, stored.generation))) yield* ended
      return undefined
    }),

    /** Removes the session, whichever it is. */
    remove: (key: SessionKey): Effect.Effect<void, StoreError> =>
      Effect.suspend(() => {
        const renewed = unsavedOf(key)
        if (renewed !== undefined) {
          renewed.isOver = true
          drop(renewed)
        }
        return Effect.asVoid(Effect.retry(store.remove(key, "any"), persistently))
      })
  }
})
