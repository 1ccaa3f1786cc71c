/** The whole state of a Sentinel: back to the beginning, kept under a name, or taken out and put in as a document. */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import type { DirectoryEditor } from "../../DirectoryEditor.ts"
import * as DocumentTexts from "../input/documentTexts.ts"
import * as Slices from "../input/Slices.ts"
import type { StoreInspection } from "../../StoreInspection.ts"
import { type ClockTooFar, InvalidChange, NotSupported, NotThere, type StoreUnavailable } from "../../ControlError.ts"
import { cannotLook, unavailable } from "./failures.ts"
import type { Faults } from "./Faults.ts"
import type { Change } from "./recordChange.ts"
import type { Snapshot } from "./Snapshot.ts"
import type { VirtualClock } from "./VirtualClock.ts"

/** Needs a store with `StoreInspection`. */
export interface State {
  /** The configuration of the start, no session, no token, no fault, and the real time. The journal stays. */
  readonly reset: Effect.Effect<void, NotSupported | StoreUnavailable>
  readonly take: Effect.Effect<Snapshot, NotSupported | StoreUnavailable>
  readonly put: (
    snapshot: Snapshot
  ) => Effect.Effect<void, ClockTooFar | InvalidChange | NotSupported | StoreUnavailable>
  /** Takes a snapshot and keeps it in this process, in place of another one of this name. */
  readonly save: (name: string) => Effect.Effect<void, InvalidChange | NotSupported | StoreUnavailable>
  readonly restore: (
    name: string
  ) => Effect.Effect<void, ClockTooFar | InvalidChange | NotSupported | NotThere | StoreUnavailable>
  readonly forget: (name: string) => Effect.Effect<void, NotThere>
  readonly names: Effect.Effect<ReadonlyArray<string>>
}

/** Each may hold all that the store does. */
const mostSaved = 100
const tooMany = new InvalidChange({ problems: [`name: there are ${mostSaved} snapshots already; forget one first`] })

/** The accounts of a configuration are the directory of a state. */
const ofDirectory = ({ problems }: InvalidChange): InvalidChange =>
  new InvalidChange({ problems: problems.map((problem) => problem.replace(/^accounts\b/, "directory")) })

/** A stub has longer texts than anything else, and its own schema has checked them. */
const withoutStubs = ({ stubs: _, ...account }: Snapshot["directory"][number]) => account

/** Makes the operations of `Control.state`. Those that change something are entries of the journal. */
export const make = (parts: {
  readonly change: Change
  readonly clock: VirtualClock["Service"]
  readonly editor: DirectoryEditor["Service"]
  readonly faults: Faults["Service"]
  readonly inspection: StoreInspection["Service"] | undefined
}): State => {
  const { change, clock, editor, faults, inspection } = parts
  const saved = new Map<string, Snapshot>()
  const need = inspection === undefined ? Effect.fail(cannotLook) : Effect.succeed(inspection)

  const together = <A, E>(store: StoreInspection["Service"], changes: Effect.Effect<A, E | StoreError>) =>
    unavailable(typeof store.together === "function" ? store.together(changes) : changes)

  const take = Effect.gen(function* () {
    const store = yield* need
    const { ahead, now } = yield* clock.state
    return {
      version: 1 as const,
      takenAt: now,
      ahead,
      directory: yield* editor.dump,
      store: yield* unavailable(store.dump).pipe(
        Effect.catchTag("StoreTooLarge", ({ message }) => Effect.fail(new NotSupported({ problem: message })))
      ),
      faults: yield* faults.list
    }
  })

  const put = Effect.fnUntraced(function* (snapshot: Snapshot) {
    const store = yield* need
    // First what can fail, so that nothing is changed then.
    yield* clock.checkAhead(snapshot.ahead)
    const problems = yield* Slices.run(function* () {
      const texts = yield* DocumentTexts.problemsOf(snapshot.directory.map(withoutStubs), "directory")
      return [...texts, ...(yield* DocumentTexts.problemsOf(snapshot.store, "store"))]
    })
    if (problems.length > 0) return yield* new InvalidChange({ problems })
    yield* faults.check(snapshot.faults)
    yield* Effect.mapError(editor.check(snapshot.directory), ofDirectory)
    // All of it happens, or nothing. A directory in memory cannot fail after its check, so it comes second.
    yield* together(store, Effect.andThen(store.load(snapshot.store), editor.load(snapshot.directory)))
    yield* faults.load(snapshot.faults)
    yield* clock.setAhead(snapshot.ahead)
  })

  const named = (name: string) => {
    const snapshot = saved.get(name)
    return snapshot === undefined ? Effect.fail(new NotThere({ what: `snapshot ${name}` })) : Effect.succeed(snapshot)
  }

  return {
    take,
    put: (snapshot) => change("state replaced by a document", put(snapshot)),
    reset: change(
      "reset",
      Effect.gen(function* () {
        const store = yield* need
        yield* together(store, Effect.andThen(store.clear, editor.reset))
        yield* faults.clear
        yield* clock.toRealTime
      })
    ),
    save: (name) =>
      change(
        `snapshot ${name} taken`,
        Effect.flatMap(take, (snapshot) => {
          if (saved.size >= mostSaved && !saved.has(name)) return Effect.fail(tooMany)
          saved.set(name, snapshot)
          return Effect.void
        })
      ),
    restore: (name) => change(`snapshot ${name} restored`, Effect.flatMap(named(name), put)),
    forget: (name) => Effect.map(named(name), () => void saved.delete(name)),
    names: Effect.sync(() => [...saved.keys()])
  }
}
