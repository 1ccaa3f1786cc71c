/** Many fibers at once, for the cases about atomicity. */
import * as Effect from "effect/Effect"

/** How many fibers compete. */
export const crowd = 64

/** Runs an effect in `count` fibers at once. They begin one step apart, so that their steps interleave. */
export const inParallel = <A, E, R>(
  count: number,
  each: (index: number) => Effect.Effect<A, E, R>
): Effect.Effect<Array<A>, E, R> =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) => Effect.andThen(Effect.yieldNow, each(index)),
    { concurrency: "unbounded" }
  )

/** Alternates between two instances, so that both compete. */
export const alternating = <Port>({ one, other }: { readonly one: Port; readonly other: Port }, index: number): Port =>
  index % 2 === 0 ? one : other
