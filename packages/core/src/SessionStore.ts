/**
 * Port: keeps sessions.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { AccountId } from "./Identifiers.ts"
import { onlyOne } from "./internal/onlyOne.ts"
import * as SessionText from "./shared/SessionText.ts"
import type { Generation, Session, SessionKey } from "./Session.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * The contract of an adapter:
 *
 * - `get` gives the session that was `set` last under an equal key, or none. What it cannot read (corrupt, of an older
 *   version, sealed with a lost key) counts as none, not as an error.
 * - `set` writes the whole session under its key if `over` is `"any"`, or if what is stored now has this generation, in
 *   one atomic step. It says whether it wrote.
 * - `remove` removes under the same rule. `"any"` of a missing session is true; a generation of a missing one is false.
 * - A missing, expired or unreadable record matches no generation, not even the empty one.
 * - `list` gives the keys of all sessions of an account, in no particular order.
 * - A session is kept for 30 days after it was set last, or longer.
 *
 * @category services
 * @since 0.1.0
 */
export class SessionStore extends Context.Service<
  SessionStore,
  {
    /** The session of a key, or none. */
    readonly get: (key: SessionKey) => Effect.Effect<Option.Option<Session>, StoreError>
    /** Writes a session if the stored one has the given generation. True if it wrote. */
    readonly set: (session: Session, over: Generation | "any") => Effect.Effect<boolean, StoreError>
    /** Removes a session if it has the given generation. True if it had, and always for `"any"`. */
    readonly remove: (key: SessionKey, only: Generation | "any") => Effect.Effect<boolean, StoreError>
    /** The keys of all sessions of an account. */
    readonly list: (accountId: AccountId) => Effect.Effect<ReadonlyArray<SessionKey>, StoreError>
  }
>()("@le-auth/core/SessionStore") {}

/**
 * How long {@link layerMemoryWith} keeps sessions.
 *
 * @category models
 * @since 0.1.0
 */
export interface MemoryOptions {
  /** How long a session is kept after it was saved last. Default: 90 days. */
  readonly keepFor?: Duration.Input | undefined
}

/**
 * Keeps the sessions in the memory of this process: for one process, and for tests. They end with it. A second one in
 * the same process causes a warning, except in tests.
 *
 * @example
 * ```ts
 * import * as SessionStore from "@le-auth/core/SessionStore"
 * import { AccountId } from "@le-auth/core/Identifiers"
 * import * as Effect from "effect/Effect"
 *
 * const keys = SessionStore.SessionStore.use((store) => store.list(AccountId.make("12345678")))
 *
 * Effect.provide(keys, SessionStore.layerMemoryWith({ keepFor: "1 day" })) // => []
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemoryWith = (options: MemoryOptions): Layer.Layer<SessionStore> =>
  Layer.sync(SessionStore, () => {
    const keepFor = Duration.toMillis(Duration.fromInputUnsafe(options.keepFor ?? SessionText.keepFor))
    /** In the order in which they were saved, so that those that are over come first. */
    const sessions = new Map<string, { readonly session: Session; readonly until: number }>()

    /** Looks at what is not over, and changes it, without a step in between. */
    const now = <A>(use: (now: number) => A): Effect.Effect<A> =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        for (const [id, { until }] of sessions) {
          if (until > now) break
          sessions.delete(id)
        }
        return use(now)
      })
    const matches = (id: string, generation: Generation | "any") =>
      generation === "any" || sessions.get(id)?.session.generation === generation

    return {
      get: (key) => now(() => Option.fromUndefinedOr(sessions.get(key.toString())?.session)),
      set: (session, over) =>
        now((now) => {
          const id = session.key.toString()
          if (!matches(id, over)) return false
          sessions.delete(id)
          sessions.set(id, { session, until: now + keepFor })
          return true
        }),
      remove: (key, only) =>
        now(() => {
          const id = key.toString()
          if (!matches(id, only)) return false
          sessions.delete(id)
          return true
        }),
      list: (accountId) =>
        now(() =>
          Array.from(sessions.values(), ({ session }) => session.key).filter((key) => key.accountId === accountId)
        )
    }
  }).pipe(onlyOne("SessionStore.layerMemory"))

/**
 * Keeps the sessions in the memory of this process, for 90 days after they were saved last: for one process, and for
 * tests. {@link layerMemoryWith} has an example.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory: Layer.Layer<SessionStore> = layerMemoryWith({})
