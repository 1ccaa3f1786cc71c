/** How the cases of a contract are run, with a test runner and without one. */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Contract, ContractCase, Options } from "../Contract.ts"
import { letPass, realSleep } from "./realTime.ts"

const defaultTimeout = Duration.seconds(10)
const defaultRuns = 50

export const limitOf = (options: Options<never, unknown>) => Duration.fromInputUnsafe(options.timeout ?? defaultTimeout)

/** Under the test clock. */
const hint = " If the adapter waits by sleeping, or its engine has a clock of its own, give the suite `live: true`."

/** Splits the cases by whether enough time can pass for them: by `elapse`, by a test clock, or because it is short. */
export const plan = <Identifier, Port>(
  { cases, unproven = [] }: Contract<Identifier, Port>,
  options: Options<never, unknown>,
  isLive: boolean
) => {
  const isTooLong = ({ takes = Duration.zero }: ContractCase<Port>) =>
    isLive && options.elapse === undefined && Duration.isGreaterThanOrEqualTo(takes, limitOf(options))
  const tooLong = cases.filter(isTooLong).map(({ name, takes = Duration.zero }) => ({
    name,
    reason: `${Duration.format(takes)} have to pass: give \`elapse\``
  }))
  return { provable: cases.filter((contractCase) => !isTooLong(contractCase)), unproven: [...tooLong, ...unproven] }
}

/**
 * Runs one case against new instances. A layer that cannot be built is a defect: it says nothing about the contract.
 */
export const runCase = <Identifier, Port, E, E2>(
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
      Effect.die(
        new Error(
          `The case did not end within ${Duration.format(limit)}: something waits forever.${isLive ? "" : hint}`
        )
      )
    )
    const elapse = options.elapse ?? (isLive ? realSleep : letPass)
    yield* Effect.raceFirst(contractCase.run({ one, other, runs: options.runs ?? defaultRuns, elapse }), tooLong)
  }).pipe(Effect.scoped)
