/**
 * What a port demands of its adapters, as a list of cases that can be run against any of them.
 *
 * The contracts themselves are in `TransactionStoreContract`, `SessionStoreContract`, `RefreshLockContract` and
 * `SentinelStoreContract`. Each exports its `cases`, `suite`, which registers them as vitest tests, and `check`, which
 * runs them as one Effect and says which of them do not hold, and which could not be proven.
 *
 * @since 0.1.0
 */
import { describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { isTestClock, letPass, realSleep } from "./internal/realTime.ts"

/**
 * What a case is run against: two instances of an adapter that work on the same data. They are the same instance twice
 * unless the suite was given a `second` one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Instances<Port> {
  readonly one: Port
  readonly other: Port
  /** How many values a property is tried with. */
  readonly runs: number
  /** Lets time pass, also for the engine behind the adapter. For cases that say with `takes` how much. */
  readonly elapse: (duration: Duration.Duration) => Effect.Effect<void, unknown>
}

/**
 * One demand of a contract.
 *
 * A case uses keys of its own, made at random, so it can be run any number of times against data that lasts.
 *
 * @category models
 * @since 0.1.0
 */
export interface ContractCase<Port> {
  /** What must hold, with the number of the requirement if it has one. */
  readonly name: string
  /** The time that passes in it. Where that cannot be, it is not run but named as not proven. */
  readonly takes?: Duration.Duration | undefined
  /** Fails or dies if it does not hold. */
  readonly run: (subject: Instances<Port>) => Effect.Effect<void, unknown, Scope.Scope>
}

/**
 * A port and what is demanded of its adapters.
 *
 * @category models
 * @since 0.1.0
 */
export interface Contract<Identifier, Port> {
  readonly port: Context.Key<Identifier, Port>
  readonly cases: ReadonlyArray<ContractCase<Port>>
  /** What this suite cannot show of this adapter, whatever the clock. */
  readonly unproven?: ReadonlyArray<Unproven> | undefined
}

/**
 * What an adapter needs the cases to know about it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<Identifier, E = never> {
  /**
   * Another instance on the same data, as another process would have it. Every case then works through both of them,
   * which proves that the adapter is atomic across processes. It may be the same layer value: it is built afresh.
   */
  readonly second?: Layer.Layer<Identifier, E> | undefined
  /** For adapters that wait by sleeping, or whose engine has a clock of its own: the cases run under the real clock. */
  readonly live?: boolean | undefined
  /**
   * Lets time pass for all that the engine holds, such as by taking it off every time to live. Without it, an
   * adapter that is `live` cannot prove what takes longer than a test may: `suite` shows such cases as `todo`, `check`
   * as unproven.
   */
  readonly elapse?: ((duration: Duration.Duration) => Effect.Effect<void, unknown>) | undefined
  /** The real time that one case may take. Default: 10 seconds. */
  readonly timeout?: Duration.Input | undefined
  /** How many values a property is tried with. Default: 50. */
  readonly runs?: number | undefined
}

/**
 * A case that does not hold, and how that showed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Violation {
  readonly name: string
  readonly problem: string
}

/**
 * A case that was not run, and what it takes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unproven {
  readonly name: string
  readonly reason: string
}

/**
 * What a check found.
 *
 * @category models
 * @since 0.1.0
 */
export interface Findings {
  readonly violations: ReadonlyArray<Violation>
  readonly unproven: ReadonlyArray<Unproven>
}

const defaultTimeout = Duration.seconds(10)
const defaultRuns = 50

const limitOf = (options: Options<never, unknown>) => Duration.fromInputUnsafe(options.timeout ?? defaultTimeout)

const hint = "If the adapter waits by sleeping, or its engine has a clock of its own, give the suite `live: true`."

/** Splits the cases by whether enough time can pass for them: by `elapse`, by a test clock, or because it is short. */
const plan = <Identifier, Port>(
  { cases, unproven = [] }: Contract<Identifier, Port>,
  options: Options<never, unknown>,
  isLive: boolean
) => {
  const isTooLong = ({ takes = Duration.zero }: ContractCase<Port>) =>
    isLive && options.elapse === undefined && Duration.isGreaterThanOrEqualTo(takes, limitOf(options))
  const tooLong = cases.filter(isTooLong).map(({ name, takes = Duration.zero }) => ({
    name,
    reason: `${Duration.format(takes)} have to pass: give the suite \`elapse\``
  }))
  return { provable: cases.filter((contractCase) => !isTooLong(contractCase)), unproven: [...tooLong, ...unproven] }
}

/**
 * Runs one case against new instances. A layer that cannot be built is a defect: it says nothing about the contract.
 */
const runCase = <Identifier, Port, E, E2>(
  { port }: Contract<Identifier, Port>,
  contractCase: ContractCase<Port>,
  layer: Layer.Layer<Identifier, E>,
  options: Options<Identifier, E2>,
  isLive: boolean
): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const build = <E>(layer: Layer.Layer<Identifier, E>) =>
      Effect.orDie(Effect.map(Layer.build(Layer.fresh(layer)), (context) => Context.get(context, port)))
    const one = yield* build(layer)
    const other = options.second === undefined ? one : yield* build(options.second)
    const limit = limitOf(options)
    const tooLong = Effect.andThen(
      realSleep(limit),
      Effect.die(new Error(`The case did not end within ${Duration.format(limit)}: something waits forever. ${hint}`))
    )
    const elapse = options.elapse ?? (isLive ? realSleep : letPass)
    yield* Effect.raceFirst(contractCase.run({ one, other, runs: options.runs ?? defaultRuns, elapse }), tooLong)
  }).pipe(Effect.scoped)

/**
 * Registers the cases of a contract as vitest tests under `name`. Each test builds the layer anew. What cannot be
 * proven is a `todo`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const suite = <Identifier, Port, E, E2 = never>(
  contract: Contract<Identifier, Port>,
  name: string,
  layer: Layer.Layer<Identifier, E>,
  options: Options<Identifier, E2> = {}
): void => {
  const isLive = options.live === true
  const test = isLive ? it.live : it.effect
  const { provable, unproven } = plan(contract, options, isLive)
  // Longer than the case's own limit, which has the better message.
  const timeout = Duration.toMillis(limitOf(options)) + 5000
  describe(name, () => {
    for (const contractCase of provable) {
      test(contractCase.name, () => runCase(contract, contractCase, layer, options, isLive), timeout)
    }
    for (const { name, reason } of unproven) it.todo(`${name} (not proven: ${reason})`)
  })
}

/**
 * Runs the cases of a contract one after the other and gives those that do not hold, and those that could not be
 * proven: for other test runners, and for tests of the contracts themselves.
 *
 * It runs under the clock of the caller. `live` says only that the engine has a clock of its own, which a test clock
 * does not move.
 *
 * @category constructors
 * @since 0.1.0
 */
export const check = <Identifier, Port, E, E2 = never>(
  contract: Contract<Identifier, Port>,
  layer: Layer.Layer<Identifier, E>,
  options: Options<Identifier, E2> = {}
): Effect.Effect<Findings> =>
  Effect.gen(function* () {
    const isLive = options.live === true || !(yield* isTestClock)
    const { provable, unproven } = plan(contract, options, isLive)
    const outcomes = yield* Effect.forEach(provable, (contractCase) =>
      Effect.map(Effect.exit(runCase(contract, contractCase, layer, options, isLive)), (exit) =>
        Exit.isSuccess(exit)
          ? Option.none<Violation>()
          : Option.some({ name: contractCase.name, problem: Cause.pretty(exit.cause) })
      )
    )
    return { violations: outcomes.flatMap(Option.toArray), unproven }
  })
