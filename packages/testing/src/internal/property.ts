/** Properties inside of a contract's case. */
import * as Arbitrary from "effect/Arbitrary"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

/**
 * Tries a property with `runs` values. A failed assertion is reported with the smallest value that was found to fail,
 * and with the seed to replay it.
 */
export const holds = <A, R>(
  arbitrary: Arbitrary.Arbitrary<A>,
  runs: number,
  property: (value: A) => Effect.Effect<void, unknown, R>
): Effect.Effect<void, never, R> =>
  Arbitrary.checkEffect(
    arbitrary,
    (value) =>
      Effect.suspend(() => property(value)).pipe(
        Effect.as(true),
        Effect.catchCause((cause) => (Cause.hasInterrupts(cause) ? Effect.failCause(cause) : Effect.fail(cause)))
      ),
    { runs }
  ).pipe(
    Effect.flatMap((result) => {
      const problem = Arbitrary.formatCheckFailure(result)
      return problem === undefined ? Effect.void : Effect.die(new Error(problem))
    })
  )
