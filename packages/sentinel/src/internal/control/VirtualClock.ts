/**
 * The clock of a Sentinel that can be told what time it is: the real one, or that of a test, plus how far it was
 * advanced.
 *
 * Codes, sessions, tokens, keys and the throttling of passwords follow it. It goes forward only, as time does, or back
 * to the real time. Times in JWTs, which others judge by their clocks, are dated by the clock beneath: see `realOf`.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { ClockGoesForward, ClockTooFar } from "../../ControlError.ts"

/** The time of Sentinel, and how far it is ahead. */
export interface ClockState {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly ahead: Duration.Duration
}

/** The clock of one Sentinel, and how it is advanced. */
export class VirtualClock extends Context.Service<
  VirtualClock,
  {
    readonly state: Effect.Effect<ClockState>
    readonly advance: (by: Duration.Duration) => Effect.Effect<ClockState, ClockGoesForward | ClockTooFar>
    /** Advances to a time, in milliseconds since 1970. */
    readonly advanceTo: (now: number) => Effect.Effect<ClockState, ClockGoesForward | ClockTooFar>
    /** For a snapshot: how far ahead of the real time it is from now on. */
    readonly setAhead: (ahead: Duration.Duration) => Effect.Effect<ClockState, ClockTooFar>
    /** Fails as `setAhead` would, and changes nothing. */
    readonly checkAhead: (ahead: Duration.Duration) => Effect.Effect<void, ClockTooFar>
    /** Sentinel's time is the real one again. What began in its future stays valid until it would have ended there. */
    readonly toRealTime: Effect.Effect<ClockState>
    /** What time it really was when this clock showed a time; milliseconds since 1970. */
    readonly realOf: (shown: number) => number
    /**
     * Dates a JWT that is made now, when this clock shows a time: in whole real seconds since 1970, as JWTs have them.
     * Two that are made before and after an advance do not have the same date, so that `shownOn` finds the way back:
     * the later one is dated a second ahead if it has to be. After many advances at once they may have the same one,
     * since no date is further ahead than a client's clock may be behind.
     */
    readonly dateOf: (shown: number) => number
    /** What this clock showed on such a date, in milliseconds. */
    readonly shownOn: (date: number) => number
    /** The clock over another one: that other one itself, as long as nothing was advanced. */
    readonly over: (base: Clock.Clock) => Clock.Clock
  }
>()("@le-auth/sentinel/internal/control/VirtualClock") {}

/** Runs an effect by the time of this clock. */
export const provide =
  (clock: VirtualClock["Service"]) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.updateService(effect, Clock.Clock, clock.over)

/** Only the time of day changes. How long something takes, and waiting, stay those of the base. */
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

/** The last moment of the years with four digits, up to which all readers of JSON understand dates. */
const latest = 253_402_300_799_999
const tooFar = new ClockTooFar({
  problem: `Sentinel's clock goes no further than ${DateTime.formatIso(DateTime.makeUnsafe(latest))}.`
})
const isTooFar = (real: number, ahead: number): boolean => !(real + ahead <= latest)

/** The maximum of remembered advances. A test that advances more often does not ask about a token of long ago. */
const mostAdvances = 1000

/** Clients take dates of up to a minute in the future, and their clocks may be behind, too. */
const mostSecondsAhead = 30

/** From a real moment on, how far it was ahead. `from`: the first date that is not one of an earlier advance. */
interface Advance {
  readonly at: number
  readonly ahead: number
  readonly from: number
}

/** A clock that has not been advanced. */
export const make = (): VirtualClock["Service"] => {
  let millis = 0
  let last: { readonly base: Clock.Clock; readonly millis: number; readonly clock: Clock.Clock } | undefined
  /** The newest first. */
  let advances: ReadonlyArray<Advance> = []
  /** The clock beneath, by which they were made. */
  let beneath: Clock.Clock | undefined
  /** The last date that was given to a JWT. */
  let lastDate = -Infinity

  const realOf = (shown: number): number => {
    let skippedAt: number | undefined
    let end = beneath?.currentTimeMillisUnsafe() ?? Infinity
    for (const [index, { ahead, at }] of advances.entries()) {
      if (shown >= at + ahead && shown <= end + ahead) return shown - ahead
      const before = at + (advances[index + 1]?.ahead ?? 0)
      if (shown >= before && shown < at + ahead) skippedAt ??= at
      end = at
    }
    return skippedAt ?? Math.min(shown, end)
  }

  const over = (base: Clock.Clock): Clock.Clock => {
    if (millis === 0) return base
    if (last?.base !== base || last.millis !== millis) last = { base, millis, clock: ahead(base, millis) }
    return last.clock
  }
  const stateOver = (base: Clock.Clock): ClockState => ({
    now: base.currentTimeMillisUnsafe() + millis,
    ahead: Duration.millis(millis)
  })
  const state = Effect.map(Clock.Clock, stateOver)

  /** Whole milliseconds: no store has parts of them. */
  const set = (ahead: number): Effect.Effect<ClockState, ClockTooFar> =>
    Effect.flatMap(Clock.Clock, (base) => {
      const at = base.currentTimeMillisUnsafe()
      const rounded = Math.round(ahead)
      if (isTooFar(at, rounded)) return Effect.fail(tooFar)
      millis = rounded
      beneath = base
      const date = Math.floor(at / 1000)
      const from = Math.min(Math.max(date, lastDate + 1), date + mostSecondsAhead)
      advances = [{ at, ahead: rounded, from }, ...advances].slice(0, mostAdvances)
      return Effect.succeed(stateOver(base))
    })
  const advance = (by: Duration.Duration) =>
    Effect.suspend((): Effect.Effect<ClockState, ClockGoesForward | ClockTooFar> =>
      Duration.toMillis(by) < 0
        ? Effect.fail(new ClockGoesForward({ problem: "That is a step back." }))
        : set(millis + Duration.toMillis(by))
    )

  return {
    over,
    state,
    advance,
    advanceTo: (target) =>
      Effect.flatMap(state, ({ now }): Effect.Effect<ClockState, ClockGoesForward | ClockTooFar> =>
        target < now
          ? Effect.fail(new ClockGoesForward({ problem: "That time is over already." }))
          : set(millis + target - now)
      ),
    setAhead: (ahead) => set(Duration.toMillis(ahead)),
    checkAhead: (ahead) =>
      Effect.flatMap(Clock.Clock, (base) =>
        isTooFar(base.currentTimeMillisUnsafe(), Duration.toMillis(ahead)) ? Effect.fail(tooFar) : Effect.void
      ),
    toRealTime: Effect.orDie(set(0)),
    realOf,
    dateOf: (shown) => {
      const date = Math.max(Math.floor(realOf(shown) / 1000), advances[0]?.from ?? -Infinity)
      lastDate = Math.max(lastDate, date)
      return date
    },
    shownOn: (date) => date * 1000 + (advances.find(({ from }) => from <= date)?.ahead ?? 0)
  }
}
