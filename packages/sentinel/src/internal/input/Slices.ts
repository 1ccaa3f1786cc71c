/** Long work on the thread that answers requests, done in slices: between two of them everybody else has their turn. */
import * as Effect from "effect/Effect"

/** Work that says with each `yield` where it could pause. */
export type Pausing<A> = Generator<void, A>

/** Milliseconds. With what the collector of garbage and the machine add, a slice stays below 20 (R96). */
const slice = 5

/** Does the work, and pauses wherever it has gone on for too long. What it throws is a defect. */
export const run = <A>(work: () => Pausing<A>): Effect.Effect<A> =>
  Effect.suspend(() => {
    const steps = work()
    const go: Effect.Effect<A> = Effect.suspend(() => {
      const end = performance.now() + slice
      while (performance.now() < end) {
        const step = steps.next()
        if (step.done === true) return Effect.succeed(step.value)
      }
      return Effect.andThen(Effect.yieldNow, go)
    })
    return go
  })

/** Does the work at once, for what is small. */
export const now = <A>(work: Pausing<A>): A => {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}
