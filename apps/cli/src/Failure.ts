/**
 * How a command fails: what the user reads, and the exit code.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as CliError from "effect/cli/CliError"
import * as Runtime from "effect/Runtime"

/**
 * The exit codes, for scripts. Ctrl-C ends with 130.
 *
 * @since 0.1.0
 */
export const exitCodes = { failed: 1, usage: 2, notSignedIn: 3, denied: 4, timedOut: 5 } as const

/**
 * A failure that is ready to be shown: its message goes to stderr, without a stack trace.
 *
 * @since 0.1.0
 */
export class Failure extends Data.TaggedError("Failure")<{
  readonly message: string
  readonly exitCode: number
}> {
  override get [CliError.userMessage](): string {
    return this.message
  }
  override get [Runtime.errorExitCode](): number {
    return this.exitCode
  }
}

/**
 * The command was called wrongly; what is wrong was shown already.
 *
 * @since 0.1.0
 */
export class WrongUsage extends Data.TaggedError("WrongUsage") {
  override readonly [Runtime.errorExitCode] = exitCodes.usage
  override readonly [Runtime.errorReported] = false
}

/**
 * Nobody is signed in, and how to change that.
 *
 * @since 0.1.0
 */
export const notSignedIn = (account: string): Failure =>
  new Failure({
    message: `Nobody is signed in to account ${account}. Sign in with: le-auth login`,
    exitCode: exitCodes.notSignedIn
  })

interface Tagged {
  readonly _tag: string
  readonly message: string
  readonly reason?: unknown
}

const exitCodeOf = (error: Tagged): number => {
  const reason = (error.reason as { readonly _tag?: string } | undefined)?._tag
  if (error._tag === "NotSignedIn" || error._tag === "SessionEnded") return exitCodes.notSignedIn
  if (error._tag === "CallbackError" && reason === "Denied") return exitCodes.denied
  if (error._tag === "LoopbackError" && reason === "Timeout") return exitCodes.timedOut
  return exitCodes.failed
}

/**
 * The failure that an error of the libraries is to the user of a command. Their messages say what to do next.
 *
 * @since 0.1.0
 */
export const fromError = (error: Tagged): Failure =>
  error instanceof Failure
    ? error
    : new Failure({
        message: error._tag === "SessionEnded" ? `${error.message} Use: le-auth login` : error.message,
        exitCode: exitCodeOf(error)
      })
