/** The state that the inspector shows at one moment. */
import * as Effect from "effect/Effect"
import type { Control } from "../../Control.ts"
import type { AccountSettings } from "../../DirectoryEditor.ts"
import type { Fault } from "../../Fault.ts"
import type { Entry } from "../../JournalEntry.ts"
import type { FamilyState, RecentPage, SessionState } from "../../StoreInspection.ts"
import type { ClockState } from "../control/VirtualClock.ts"

/**
 * `sessions` are those that are alive, `families` the revoked ones too, both with the newest first; `undefined` if the
 * store cannot be looked into, or does not answer.
 */
export interface View {
  readonly clock: ClockState
  readonly faults: ReadonlyArray<Fault>
  /** The newest first. */
  readonly entries: ReadonlyArray<Entry>
  /** The subject that the entries are filtered by, if one was chosen. */
  readonly about: string | undefined
  readonly accounts: ReadonlyArray<AccountSettings>
  readonly sessions: RecentPage<SessionState> | undefined
  readonly families: RecentPage<FamilyState> | undefined
  readonly snapshots: ReadonlyArray<string>
}

/** The most entries on the page. The journal has more, which a filter finds. */
const mostEntries = 200
/** The most sessions and families on the page: a load test leaves thousands of them. */
const mostSessions = 50

/** Reads the view from the control. */
export const make = Effect.fnUntraced(function* (
  control: Control["Service"],
  about: string | undefined
): Effect.fn.Return<View> {
  const nothing = () => undefined
  return {
    clock: yield* control.clock.state,
    faults: yield* control.faults.list,
    entries: (yield* control.journal.read({ about, limit: mostEntries })).toReversed(),
    about,
    accounts: yield* control.accounts.list,
    sessions: yield* Effect.orElseSucceed(control.sessions.list({ limit: mostSessions, alive: true }), nothing),
    families: yield* Effect.orElseSucceed(control.sessions.families({ limit: mostSessions }), nothing),
    snapshots: yield* control.state.names
  }
})
