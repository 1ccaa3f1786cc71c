/** Time that passes by itself, also under a test clock: for limits, and to let other processes catch up. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as TestClock from "effect/testing/TestClock"

/** Sleeps by the real clock. */
export const realSleep = (duration: Duration.Input): Effect.Effect<void> =>
  Effect.provideService(Effect.sleep(duration), Clock.Clock, Clock.Clock.defaultValue())

/** Nobody waits longer than this under the real clock. */
const patience = Duration.seconds(2)

/** Lets time pass: at once under a test clock; by waiting, but not for long, under the real one. */
export const letPass = (duration: Duration.Duration): Effect.Effect<void> =>
  Clock.clockWith((clock) =>
    Predicate.hasProperty(clock, "adjust")
      ? TestClock.adjust(duration)
      : Effect.sleep(Duration.isGreaterThan(duration, patience) ? Duration.zero : duration)
  )
