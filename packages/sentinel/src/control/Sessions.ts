/**
 * Who is signed in, which token families there are, and their end.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { SentinelStore } from "../SentinelStore.ts"
import type { FamilyState, SessionState, StoreInspection } from "../StoreInspection.ts"
import { cannotLook, type NotSupported, NotThere } from "./ControlError.ts"
import type { Change } from "./recordChange.ts"
import type { VirtualClock } from "./VirtualClock.ts"

/**
 * @since 0.1.0
 */
export interface Sessions {
  /** All that the store still knows, dead ones too. Needs a store with `StoreInspection`. */
  readonly list: Effect.Effect<ReadonlyArray<SessionState>, NotSupported>
  readonly families: Effect.Effect<ReadonlyArray<FamilyState>, NotSupported>
  /** Ends a session by its id, with all tokens that came from it. */
  readonly end: (sessionId: string) => Effect.Effect<void, NotThere>
  /** Ends all sessions of a user in an account, with all tokens. */
  readonly endUser: (accountId: string, userId: string) => Effect.Effect<void>
  /** Revokes a token family by its id. */
  readonly revoke: (familyId: string) => Effect.Effect<void, NotThere>
  /** Revokes all token families of an application, as far as the store can be looked into. */
  readonly revokeClient: (accountId: string, clientId: string) => Effect.Effect<void>
}

/**
 * @since 0.1.0
 */
export const make = (parts: {
  readonly change: Change
  readonly clock: VirtualClock["Service"]
  readonly inspection: StoreInspection["Service"] | undefined
  readonly store: SentinelStore["Service"]
}): Sessions => {
  const { change, clock, inspection, store } = parts
  const look = <A>(f: (inspection: StoreInspection["Service"], now: number) => Effect.Effect<A>) =>
    inspection === undefined ? Effect.fail(cannotLook) : Effect.flatMap(clock.state, ({ now }) => f(inspection, now))
  const families = look((inspection, now) => inspection.families(now))

  const revokeClient = Effect.fnUntraced(function* (accountId: string, clientId: string) {
    const { now } = yield* clock.state
    for (const { grant, isAlive } of yield* Effect.orElseSucceed(families, () => [])) {
      if (isAlive && grant.accountId === accountId && grant.clientId === clientId) {
        yield* Effect.orDie(store.revokeGrant(grant.id, now))
      }
    }
  })

  return {
    list: look((inspection, now) => inspection.sessions(now)),
    families,
    end: Effect.fnUntraced(function* (sessionId) {
      const { now } = yield* clock.state
      const ended = yield* change("session ended", Effect.orDie(store.endSession(sessionId, now)))
      if (!ended) return yield* new NotThere({ what: "such session, or it has ended already" })
    }),
    endUser: (accountId, userId) =>
      Effect.flatMap(clock.state, ({ now }) =>
        change(
          `all sessions of user ${userId} in account ${accountId} ended`,
          Effect.orDie(store.endUserSessions(accountId, userId, now))
        )
      ),
    revoke: Effect.fnUntraced(function* (familyId) {
      const { now } = yield* clock.state
      const revoked = yield* change("token family revoked", Effect.orDie(store.revokeGrant(familyId, now)))
      if (!revoked) return yield* new NotThere({ what: "such token family, or it was revoked already" })
    }),
    revokeClient
  }
}
