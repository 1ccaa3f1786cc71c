/**
 * What a check found.
 */
import * as Effect from "effect/Effect"
import { type ExitCode, type Failure, fromError, type LibraryError } from "../../terminal/Failure.ts"
import type { Text } from "../../terminal/TerminalText.ts"

export interface Finding {
  /** The name of the check. */
  readonly check: string
  readonly result: "good" | "warning" | "problem"
  readonly message: Text
  readonly remedy: Text | null
  /** The exit code that a problem leads to. */
  readonly code: ExitCode | null
}

export const good = (check: string, message: Text): Finding => ({
  check,
  result: "good",
  message,
  remedy: null,
  code: null
})

export const warning = (check: string, message: Text, remedy: Text): Finding => ({
  check,
  result: "warning",
  message,
  remedy,
  code: null
})

export const problem = (check: string, code: ExitCode, message: Text, remedy: Text): Finding => ({
  check,
  result: "problem",
  message,
  remedy,
  code
})

/** A failure as a finding, whose message says what to do. */
export const orProblem =
  (check: string) =>
  <E extends LibraryError | Failure, R>(
    findings: Effect.Effect<ReadonlyArray<Finding>, E, R>
  ): Effect.Effect<ReadonlyArray<Finding>, never, R> =>
    Effect.catch(findings, (error) => {
      const { code, text: message } = fromError(error)
      return Effect.succeed([{ check, result: "problem" as const, message, remedy: null, code }])
    })
