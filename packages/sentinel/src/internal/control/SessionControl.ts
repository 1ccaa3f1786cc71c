/** Lists and ends sessions and token families. */
import * as Effect from "effect/Effect"
import type { SentinelStore } from "../../SentinelStore.ts"
import * as Text from "@le-auth/core/shared/StorableText"
import type { FamilyState, RecentPage, Query, SessionState, StoreInspection } from "../../StoreInspection.ts"
import { type NotSupported, NotThere, type StoreUnavailable } from "../../ControlError.ts"
import { cannotLook, unavailable } from "./failures.ts"
import type { Change } from "./recordChange.ts"
import type { VirtualClock } from "./VirtualClock.ts"

/** How many are wanted; default: 100. With `alive`, only those that can still be used. */
export interface Wanted {
  readonly limit?: number | undefined
  readonly alive?: boolean | undefined
}

/** The operations of `Control.sessions`. */
export interface SessionControl {
  /** The newest that the store still knows, also dead ones. Needs a store with `StoreInspection`. */
  readonly list: (wanted?: Wanted) => Effect.Effect<RecentPage<SessionState>, NotSupported | StoreUnavailable>
  readonly families: (wanted?: Wanted) => Effect.Effect<RecentPage<FamilyState>, NotSupported | StoreUnavailable>
  /** Ends a session by its id, with all tokens that came from it. */
  readonly end: (sessionId: string) => Effect.Effect<void, NotThere | StoreUnavailable>
  /** Ends all sessions of a user in an account, with all tokens. */
  readonly endUser: (accountId: string, userId: string) => Effect.Effect<void, StoreUnavailable>
  /** Revokes a token family by its id. */
  readonly revoke: (familyId: string) => Effect.Effect<void, NotThere | StoreUnavailable>
  /** Revokes all token families of an application, if the store can be looked into. */
  readonly revokeClient: (accountId: string, clientId: string) => Effect.Effect<void, StoreUnavailable>
}

/** No store has an id that none can hold. */
const isId = (id: string): boolean => Text.problemOf(id) === undefined

/** Makes them. What changes something is an entry of the journal. */
export const make = (parts: {
  readonly change: Change
  readonly clock: VirtualClock["Service"]
  readonly inspection: StoreInspection["Service"] | undefined
  readonly store: SentinelStore["Service"]
}): SessionControl => {
  const { change, clock, inspection, store } = parts
  const query = ({ alive = false, limit = 100 }: Wanted = {}) =>
    Effect.map(clock.state, ({ now }): Query => ({ now, limit, onlyAlive: alive }))

  return {
    list: (wanted) =>
      inspection === undefined
        ? Effect.fail(cannotLook)
        : unavailable(Effect.flatMap(query(wanted), inspection.sessions)),
    families: (wanted) =>
      inspection === undefined
        ? Effect.fail(cannotLook)
        : unavailable(Effect.flatMap(query(wanted), inspection.families)),
    end: Effect.fnUntraced(function* (sessionId) {
      const { now } = yield* clock.state
      const end = isId(sessionId) ? unavailable(store.endSession(sessionId, now)) : Effect.succeed(false)
      const ended = yield* change("session ended", end)
      if (!ended) return yield* new NotThere({ what: "such session, or it has ended already" })
    }),
    endUser: (accountId, userId) =>
      Effect.flatMap(clock.state, ({ now }) =>
        change(
          `all sessions of user ${userId} in account ${accountId} ended`,
          isId(accountId) && isId(userId) ? unavailable(store.endUserSessions(accountId, userId, now)) : Effect.void
        )
      ),
    revoke: Effect.fnUntraced(function* (familyId) {
      const { now } = yield* clock.state
      const revoke = isId(familyId) ? unavailable(store.revokeGrant(familyId, now)) : Effect.succeed(false)
      const revoked = yield* change("token family revoked", revoke)
      if (!revoked) return yield* new NotThere({ what: "such token family, or it was revoked already" })
    }),
    revokeClient: (accountId, clientId) =>
      inspection === undefined
        ? Effect.void
        : Effect.flatMap(clock.state, ({ now }) => unavailable(inspection.revokeClient({ accountId, clientId }, now)))
  }
}
