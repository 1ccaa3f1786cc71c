/**
 * Port: keeps sessions.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { AccountId } from "./Identifiers.ts"
import type { Generation, Session, SessionKey } from "./Session.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * The contract of an adapter:
 *
 * - `get` gives the session that was `set` last under an equal key, or none. What it cannot read (corrupt, of an older
 *   version, sealed with a lost key) is no session, not an error.
 * - `set` writes the whole session under its key if `over` is `"any"`, or if what is stored now has this generation, in one step
 *   that nothing can come between. It says whether it wrote.
 * - `remove` removes under the same rule. `"any"` of a missing session is true; a generation of a missing one is false.
 * - A missing, expired or unreadable record matches no generation, not even the empty one.
 * - `list` gives the keys of all sessions of an account, in no particular order.
 * - A session is kept for 30 days after it was set last, or longer.
 *
 * @since 0.1.0
 */
export class SessionStore extends Context.Service<
  SessionStore,
  {
    readonly get: (key: SessionKey) => Effect.Effect<Option.Option<Session>, StoreError>
    readonly set: (session: Session, over: Generation | "any") => Effect.Effect<boolean, StoreError>
    readonly remove: (key: SessionKey, only: Generation | "any") => Effect.Effect<boolean, StoreError>
    readonly list: (accountId: AccountId) => Effect.Effect<ReadonlyArray<SessionKey>, StoreError>
  }
>()("@le-auth/core/SessionStore") {}

/**
 * Keeps the sessions in the memory of this process: for one process, and for tests. They end with it.
 *
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<SessionStore> = Layer.sync(SessionStore, () => {
  const sessions = new Map<string, Session>()
  const matches = (key: SessionKey, generation: Generation | "any") =>
    generation === "any" || sessions.get(key.toString())?.generation === generation
  return {
    get: (key) => Effect.sync(() => Option.fromUndefinedOr(sessions.get(key.toString()))),
    set: (session, over) =>
      Effect.sync(() => {
        if (!matches(session.key, over)) return false
        sessions.set(session.key.toString(), session)
        return true
      }),
    remove: (key, only) =>
      Effect.sync(() => {
        if (!matches(key, only)) return false
        sessions.delete(key.toString())
        return true
      }),
    list: (accountId) =>
      Effect.sync(() =>
        Array.from(sessions.values(), (session) => session.key).filter((key) => key.accountId === accountId)
      )
  }
})
