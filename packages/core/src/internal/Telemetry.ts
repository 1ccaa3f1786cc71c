/**
 * A span and two metrics for each operation of le-auth.
 *
 * The spans are called as the operations are (`SignIn.start`, `Sessions.accessToken`, ...) and have the attributes
 * `le_auth.account` and `le_auth.outcome`. The metrics are the counter `le_auth_operations` and the histogram
 * `le_auth_operation_duration` in milliseconds, both with `operation`, `account` and `outcome`.
 *
 * An outcome is `success`, `interrupted`, `defect` or the reason of an error, which come from a closed list: nothing
 * that the other side wrote becomes a label. Codes, tokens and secrets are in none of them. `Otlp.layerJson` of
 * `effect/observability` sends all of it to a collector.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Tracer from "effect/Tracer"
import type { AccountId } from "../Identifiers.ts"
import * as LabelledMetrics from "../shared/LabelledMetrics.ts"

/** The reason of an error, if it has one, else its tag: both are names that our own code chose. */
const reasonOf = (error: unknown): string => {
  if (!Predicate.hasProperty(error, "_tag") || typeof error._tag !== "string") return "failure"
  if (!Predicate.hasProperty(error, "reason")) return error._tag
  if (typeof error.reason === "string") return error.reason
  return Predicate.hasProperty(error.reason, "_tag") ? String(error.reason._tag) : error._tag
}

const outcomeOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "success"
  const error = Cause.findErrorOption(exit.cause)
  if (Option.isSome(error)) return reasonOf(error.value)
  return Cause.hasInterruptsOnly(exit.cause) ? "interrupted" : "defect"
}

/** Those of `Metric.timer`. */
const durations = Metric.exponentialBoundaries({ start: 0.5, factor: 2, count: 35 })

/**
 * Accounts are those that the application is installed in, so these stay few. At most 1,000 for each operation and
 * outcome.
 */
const metricsOf = LabelledMetrics.make(["operation", "outcome", "account"], (attributes) => ({
  operations: Metric.counter("le_auth_operations", {
    description: "Operations of le-auth by account and outcome",
    incremental: true,
    attributes
  }),
  // What `Metric.timer` makes, but for the `Duration` that it wants of each operation.
  duration: Metric.histogram("le_auth_operation_duration", {
    description: "Duration of operations of le-auth by account and outcome",
    boundaries: durations,
    attributes: { ...attributes, time_unit: "milliseconds" }
  })
}))

/** The rest of an operation, in one step of its fiber. */
const run = <A, E, R>(
  fiber: Fiber.Fiber<unknown, unknown>,
  clock: Clock.Clock,
  operation: string,
  account: () => AccountId | undefined,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> => {
  const start = clock.currentTimeMillisUnsafe()
  const counted = <R1>(run: Effect.Effect<A, E, R1>, span: Tracer.Span | undefined) =>
    Effect.onExit(run, (exit) => {
      const of = account() ?? "unknown"
      const outcome = outcomeOf(exit)
      span?.attribute("le_auth.account", of)
      span?.attribute("le_auth.outcome", outcome)
      const { duration, operations } = metricsOf(operation, outcome, of)
      operations.updateUnsafe(1, fiber.context)
      duration.updateUnsafe(clock.currentTimeMillisUnsafe() - start, fiber.context)
      return Effect.void
    })
  // Effect's own tracer exports nothing, so the span would not be seen.
  return fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer
    ? counted(effect as Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>>, undefined)
    : Effect.useSpan(operation, (span) =>
        counted(Effect.withParentSpan(effect, span, { captureStackTrace: false }), span)
      )
}

/**
 * Runs an operation in its span and counts how it ended. `account` is asked at the end, when it is known.
 */
export const observed = <A, E, R>(
  operation: string,
  account: () => AccountId | undefined,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> =>
  Effect.withFiber((fiber) => run(fiber, fiber.getRef(Clock.Clock), operation, account, effect))

/**
 * What an operation finds out about itself on the way.
 */
export interface About {
  account: AccountId | undefined
  readonly clock: Clock.Clock
}

/**
 * {@link observed}, for an operation that learns on the way which account it is about.
 */
export const operation = <A, E, R>(
  name: string,
  body: (about: About) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> =>
  Effect.withFiber((fiber) => {
    const clock = fiber.getRef(Clock.Clock)
    const about: About = { account: undefined, clock }
    return run(fiber, clock, name, () => about.account, body(about))
  })
