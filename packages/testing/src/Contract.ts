/**
 * What a port demands of its adapters, as a list of cases that can be run against any of them.
 *
 * The contracts themselves are in `TransactionStoreContract`, `SessionStoreContract`, `AppTokenStoreContract`,
 * `RefreshLockContract`, `SentinelStoreContract` and `StoreInspectionContract`. Each exports its `cases`, and `check`,
 * which runs them as one Effect and says which of them do not hold, and which could not be proven. They need no test
 * runner. For vitest each has a module of its own, such as `SessionStoreSuite`, whose `suite` registers the cases as
 * tests.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { isTestClock } from "./internal/realTime.ts"
import { plan, runCase } from "./internal/running.ts"

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

/**
 * Runs the cases of a contract one after the other and gives those that do not hold, and those that could not be
 * proven: for any test runner, and for tests of the contracts themselves. `ContractSuite` is for vitest.
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
