/** Lets attempts to sign in through as {@link LoginThrottle} says. Those that may be next wait. */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import { type Attempt, type Lane, LoginThrottle, type Outcome } from "./LoginThrottle.ts"

/** The attempt was refused before its password was checked. */
export class NotAdmitted extends Data.TaggedError("NotAdmitted")<{ readonly retryAfterMillis: number }> {}

/**
 * Checks an attempt when it is its turn. `outcomeOf` tells the outcome of a check.
 *
 * An attempt that has begun is checked to the end, also if the client goes away: it is a guess all the same.
 */
export type Admit = <A, E, R>(
  attempt: Attempt,
  check: (lane: Lane) => Effect.Effect<A, E, R>,
  outcomeOf: (value: A) => Outcome
) => Effect.Effect<A, E | NotAdmitted, R>

/** Makes {@link Admit} over a throttle of its own. */
export const make: Effect.Effect<Admit> = Effect.map(Random.Random, (random) => {
  const throttle = new LoginThrottle({ random: () => random.nextDoubleUnsafe() })

  return (attempt, check, outcomeOf) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const visit = throttle.enter(attempt, yield* Clock.currentTimeMillis)
        const leave = (outcome: Outcome) =>
          Effect.map(Clock.currentTimeMillis, (now) => throttle.leave(visit, outcome, now))
        const latch = Latch.makeUnsafe(false)
        visit.wake = () => void latch.openUnsafe()

        const lane = yield* Effect.gen(function* () {
          for (;;) {
            latch.closeUnsafe()
            const step = throttle.step(visit, yield* Clock.currentTimeMillis)
            if (step._tag === "Begin") return step.lane
            if (step._tag === "Refused") return yield* new NotAdmitted({ retryAfterMillis: step.millis })
            yield* step.millis === Infinity ? latch.await : Effect.timeoutOption(latch.await, Math.ceil(step.millis))
          }
        }).pipe(
          restore,
          Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : leave("unchecked")))
        )
        return yield* Effect.onExit(check(lane), (exit) =>
          leave(Exit.isSuccess(exit) ? outcomeOf(exit.value) : "unchecked")
        )
      })
    )
})
