/**
 * The outcome of something that can be done only once: a caller that asks again, at the same time or soon after, gets
 * the same.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Newest from "./newest.ts"

export interface Outcome<A> {
  readonly value: A
  /** Whether it was done for an earlier caller. */
  readonly isRepeated: boolean
}

export interface Options {
  /** How long an outcome is kept. */
  readonly keepFor: Duration.Input
  /** How many are kept at most; the oldest go first. */
  readonly capacity: number
}

/**
 * `attempt` gets a function that it calls once there is an outcome worth keeping. Without that call the outcome goes
 * only to callers that ask while it runs, so that what strangers make up is not kept.
 */
export const make = <A, E>(options: Options) => {
  const keepFor = Duration.toMillis(Duration.fromInputUnsafe(options.keepFor))
  const running = new Map<string, Deferred.Deferred<A, E>>()
  /** All are kept equally long, so the oldest is the first. */
  const kept = new Map<string, { readonly exit: Exit.Exit<A, E>; readonly until: number }>()

  const forget = (now: number) => {
    for (const [oldest, { until }] of kept) {
      if (until > now) break
      kept.delete(oldest)
    }
  }
  const keep = (id: string, exit: Exit.Exit<A, E>, now: number) =>
    Newest.set(kept, id, { exit, until: now + keepFor }, options.capacity)

  const first = (id: string, attempt: (keep: () => void) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      const outcome = Deferred.makeUnsafe<A, E>()
      running.set(id, outcome)
      let isKept = false
      return attempt(() => void (isKept = true)).pipe(
        Effect.onExit((exit) =>
          Clock.clockWith((clock) => {
            running.delete(id)
            if (isKept) keep(id, exit, clock.currentTimeMillisUnsafe())
            Deferred.doneUnsafe(outcome, exit)
            return Effect.void
          })
        ),
        // Others wait for it, and it cannot be done again: the first caller may leave, and it is done all the same.
        Effect.uninterruptible
      )
    })

  return (id: string, attempt: (keep: () => void) => Effect.Effect<A, E>): Effect.Effect<Outcome<A>, E> =>
    Clock.clockWith((clock): Effect.Effect<Outcome<A>, E> => {
      forget(clock.currentTimeMillisUnsafe())
      const again = kept.get(id)?.exit
      const other = running.get(id)
      if (again === undefined && other === undefined) {
        return Effect.map(first(id, attempt), (value) => ({ value, isRepeated: false }))
      }
      return Effect.map(again ?? Deferred.await(other!), (value) => ({ value, isRepeated: true }))
    })
}
