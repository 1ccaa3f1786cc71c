/**
 * What a check found.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { type ExitCode, fromError } from "../Failure.ts"

/**
 * @since 0.1.0
 */
export interface Finding {
  /** What was looked at. */
  readonly check: string
  readonly result: "good" | "warning" | "problem"
  readonly message: string
  readonly remedy: string | null
  /** The exit code that a problem leads to. */
  readonly code: ExitCode | null
}

/** @since 0.1.0 */
export const good = (check: string, message: string): Finding => ({
  check,
  result: "good",
  message,
  remedy: null,
  code: null
})

/** @since 0.1.0 */
export const warning = (check: string, message: string, remedy: string): Finding => ({
  check,
  result: "warning",
  message,
  remedy,
  code: null
})

/** @since 0.1.0 */
export const problem = (check: string, code: ExitCode, message: string, remedy: string): Finding => ({
  check,
  result: "problem",
  message,
  remedy,
  code
})

/**
 * A failure as a finding: messages of failures say what to do themselves.
 *
 * @since 0.1.0
 */
export const orProblem =
  (check: string) =>
  <E extends { readonly _tag: string; readonly message: string }, R>(
    findings: Effect.Effect<ReadonlyArray<Finding>, E, R>
  ): Effect.Effect<ReadonlyArray<Finding>, never, R> =>
    Effect.catch(findings, (error) => {
      const { code, message } = fromError(error)
      return Effect.succeed([{ check, result: "problem" as const, message, remedy: null, code }])
    })
