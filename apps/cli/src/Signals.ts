/**
 * How the command ends when it is told to.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"

/** What cannot be interrupted, such as a code exchange that waits for its answer, gets this long. */
let grace = 2000

/** Of a command that was interrupted: by custom 128 plus the number of SIGINT. */
let interrupted = 130

/**
 * From now on, to be told to stop is a good end: exit code 0. `within` are milliseconds.
 *
 * @since 0.1.0
 */
export const stopIsSuccess = (options: { readonly within: number }): void => {
  grace = options.within
  interrupted = 0
}

/**
 * The first signal interrupts, see `NodeRuntime.runMain`; whoever sends a second one does not want to wait.
 *
 * @since 0.1.0
 */
export const install = (): void => {
  let isStopping = false
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      if (isStopping) process.exit(130)
      isStopping = true
      setTimeout(() => process.exit(130), grace).unref()
    })
  }
}

/**
 * The exit code of the command.
 *
 * @since 0.1.0
 */
export const teardown: Runtime.Teardown = (exit, onExit) =>
  Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
    ? onExit(interrupted)
    : Runtime.defaultTeardown(exit, onExit)
