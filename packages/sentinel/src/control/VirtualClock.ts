/**
 * The clock of a Sentinel that can be told what time it is: the real one, or that of a test, plus how far it was advanced.
 *
 * All that Sentinel dates follows it: codes, sessions, tokens, keys, the throttling of passwords. It goes forward only, as time
 * does; `reset` of the control begins anew.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ClockGoesForward } from "./ControlError.ts"

/**
 * The time of Sentinel, and how far it is ahead.
 *
 * @since 0.1.0
 */
export interface ClockState {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly ahead: Duration.Duration
}

/**
 * @since 0.1.0
 */
export class VirtualClock extends Context.Service<
  VirtualClock,
  {
    readonly state: Effect.Effect<ClockState>
    readonly advance: (by: Duration.Duration) => Effect.Effect<ClockState>
    /** Advances to a time, in milliseconds since 1970. */
    readonly advanceTo: (now: number) => Effect.Effect<ClockState, ClockGoesForward>
    /** For a reset or a snapshot: how far ahead of the real time it is from now on. */
    readonly setAhead: (ahead: Duration.Duration) => Effect.Effect<void>
    /** The clock over another one: that other one itself, as long as nothing was advanced. */
    readonly over: (base: Clock.Clock) => Clock.Clock
  }
>()("@le-auth/sentinel/control/VirtualClock") {}

/**
 * Runs an effect by the time of this clock.
 *
 * @since 0.1.0
 */
export const provide =
  (clock: VirtualClock["Service"]) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.updateService(effect, Clock.Clock, clock.over)

/** Only what time it is changes: how long something takes, and waiting, stay those of the base. */
const ahead = (base: Clock.Clock, millis: number): Clock.Clock => {
  const nanos = BigInt(Math.round(millis)) * 1_000_000n
  const currentTimeMillisUnsafe = () => base.currentTimeMillisUnsafe() + millis
  const currentTimeNanosUnsafe = () => base.currentTimeNanosUnsafe() + nanos
  return {
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
    currentTimeNanosUnsafe,
    currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
    monotonicTimeNanosUnsafe: () => base.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: base.monotonicTimeNanos,
    sleep: (duration) => base.sleep(duration)
  }
}

/**
 * A clock that nobody has advanced yet.
 *
 * @since 0.1.0
 */
export const make = (): VirtualClock["Service"] => {
  let millis = 0
  let last: { readonly base: Clock.Clock; readonly millis: number; readonly clock: Clock.Clock } | undefined

  const over = (base: Clock.Clock): Clock.Clock => {
    if (millis === 0) return base
    if (last?.base !== base || last.millis !== millis) last = { base, millis, clock: ahead(base, millis) }
    return last.clock
  }
  const state = Effect.map(Clock.Clock, (base): ClockState => ({
    now: base.currentTimeMillisUnsafe() + millis,
    ahead: Duration.millis(millis)
  }))
  const advance = (by: Duration.Duration) =>
    Effect.suspend(() => {
      millis += Duration.toMillis(by)
      return state
    })

  return {
    over,
    state,
    advance,
    advanceTo: (target) =>
      Effect.flatMap(state, ({ now }) =>
        target < now
          ? Effect.fail(new ClockGoesForward({ problem: "That time is over already." }))
          : advance(Duration.millis(target - now))
      ),
    setAhead: (ahead) => Effect.sync(() => void (millis = Duration.toMillis(ahead)))
  }
}

/**
 * @since 0.1.0
 */
export const layer: Layer.Layer<VirtualClock> = Layer.sync(VirtualClock, make)
