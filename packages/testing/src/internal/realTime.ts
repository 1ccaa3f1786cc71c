/** Time that passes by itself, also under a test clock: for limits, and to let other processes catch up. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as TestClock from "effect/testing/TestClock"

/** Sleeps by the real clock. */
export const realSleep = (duration: Duration.Input): Effect.Effect<void> =>
  Effect.provideService(Effect.sleep(duration), Clock.Clock, Clock.Clock.defaultValue())

/** Whether time passes only as a test lets it. */
export const isTestClock: Effect.Effect<boolean> = Clock.clockWith((clock) =>
  Effect.succeed(Predicate.hasProperty(clock, "adjust"))
)

/** Lets time pass: at once under a test clock, by waiting under the real one. */
export const letPass = (duration: Duration.Duration): Effect.Effect<void> =>
  Effect.flatMap(isTestClock, (isTest) => (isTest ? TestClock.adjust(duration) : Effect.sleep(duration)))

/** The end of a span of time, not quite: while a case looks, real time goes on, half a minute at most. */
export const justBefore = (duration: Duration.Duration): Effect.Effect<Duration.Duration> =>
  Effect.map(isTestClock, (isTest) => Duration.subtract(duration, isTest ? Duration.millis(1) : Duration.seconds(30)))
