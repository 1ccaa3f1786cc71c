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
import type { Session, SessionKey } from "./Session.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * The contract of an adapter:
 *
 * - `get` gives the session that was `set` last under an equal key, or none. What it cannot read (corrupt, of an older
 *   version, sealed with a lost key) is no session, not an error.
 * - `set` replaces the whole session under its key.
 * - `remove` of a missing session succeeds.
 * - `list` gives the keys of the sessions of an account, in no particular order.
 *
 * @since 0.1.0
 */
export class SessionStore extends Context.Service<
  SessionStore,
  {
    readonly get: (key: SessionKey) => Effect.Effect<Option.Option<Session>, StoreError>
    readonly set: (session: Session) => Effect.Effect<void, StoreError>
    readonly remove: (key: SessionKey) => Effect.Effect<void, StoreError>
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
  return {
    get: (key) => Effect.sync(() => Option.fromUndefinedOr(sessions.get(key.toString()))),
    set: (session) => Effect.sync(() => void sessions.set(session.key.toString(), session)),
    remove: (key) => Effect.sync(() => void sessions.delete(key.toString())),
    list: (accountId) =>
      Effect.sync(() =>
        Array.from(sessions.values(), (session) => session.key).filter((key) => key.accountId === accountId)
      )
  }
})
