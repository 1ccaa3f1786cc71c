/** Writes the changes that are made through the control into the journal, between the requests. */
import * as Effect from "effect/Effect"
import type { Journal } from "./Journal.ts"
import type { VirtualClock } from "./VirtualClock.ts"

/** Makes a change and says what it was. */
export type Change = <A, E, R>(
  what: string | ((result: A) => string),
  effect: Effect.Effect<A, E, R>
) => Effect.Effect<A, E, R>

/** Makes a {@link Change} that writes into this journal, by the time of Sentinel. */
export const changing =
  (journal: Journal["Service"], clock: VirtualClock["Service"]): Change =>
  (what, effect) =>
    Effect.tap(effect, (result) =>
      Effect.map(clock.state, ({ now }) =>
        journal.add({
          time: now,
          kind: "change",
          outcome: typeof what === "string" ? what : what(result),
          warnings: [],
          steps: []
        })
      )
    )
