/**
 * Runs a program until it ends or is told to end, in a way that loses no token that is just coming.
 *
 * @since 0.1.0
 */
import { RequestLimits } from "@le-auth/core/RequestLimits"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import * as Os from "node:os"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/**
 * What tells a program to end: Ctrl-C, the system, and the end of its terminal.
 *
 * @category models
 * @since 0.1.0
 */
export type Signal = (typeof signals)[number]

/**
 * What {@link run} does at a signal, and at the end.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Whether to log a failure of the program. Default: `true`. */
  readonly reportErrors?: boolean | undefined
  /**
   * Does something else at a signal, such as to read settings again at SIGHUP, and says whether it did: then the
   * program goes on.
   */
  readonly handles?: ((signal: Signal) => boolean) | undefined
  /** Run, once, if the program goes on for a while after it was told to end, since it waits for something. */
  readonly onWaiting?: Effect.Effect<void> | undefined
  /**
   * How long that may be. Default: one request of le-auth's, see `RequestLimits`, and the time to save what it brings.
   */
  readonly within?: (() => Duration.Duration | undefined) | undefined
  /** With which code it ends if a signal ended it. Default: 128 and the number of the signal, as by custom. */
  readonly exitCode?: ((signal: Signal) => number | undefined) | undefined
}

/** A store is offered tokens three times, and takes up to ten seconds each time. */
const saving = Duration.seconds(35)

/** What has nothing to wait for has ended by then. */
const noticeable = 200

/**
 * Within this time the same signal again is the same Ctrl-C: a terminal sends it to all that run in it, and npm then
 * passes it on to what it has started.
 */
const echo = process.env["npm_lifecycle_event"] === undefined ? 10 : 500

const custom = (signal: Signal): number => 128 + Os.constants.signals[signal]

/**
 * Runs a program as the main one of this process. SIGINT, SIGTERM and SIGHUP interrupt it: an exchange or a refresh
 * that is under way comes to its end first, since the tokens of its answer would be lost, and cannot be had again where
 * Sentinel rotates them. A second signal ends the process at once.
 *
 * @example
 * ```ts
 * import * as NodeMain from "@le-auth/node/NodeMain"
 * import * as Console from "effect/Console"
 *
 * NodeMain.run(Console.log("done"))
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const run = <A, E>(program: Effect.Effect<A, E>, options: Options = {}): void => {
  let told: { readonly signal: Signal; readonly at: number } | undefined

  const teardown: Runtime.Teardown = (exit, onExit) => {
    if (told === undefined || Exit.isSuccess(exit)) return Runtime.defaultTeardown(exit, onExit)
    const { signal } = told
    const chosen = Cause.hasInterruptsOnly(exit.cause) ? options.exitCode?.(signal) : undefined
    return onExit(chosen ?? custom(signal))
  }

  const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
    const within = () =>
      options.within?.() ?? Duration.sum(Duration.fromInputUnsafe(fiber.getRef(RequestLimits).timeout), saving)

    const onSignal = (signal: Signal) => {
      if (options.handles?.(signal) === true) return
      if (told !== undefined) {
        if (performance.now() - told.at > echo) process.exit(custom(signal))
        return
      }
      told = { signal, at: performance.now() }
      setTimeout(() => options.onWaiting && Effect.runFork(options.onWaiting), noticeable).unref()
      setTimeout(() => process.exit(custom(signal)), Duration.toMillis(within())).unref()
      fiber.interruptUnsafe(fiber.id)
    }

    for (const signal of signals) process.on(signal, onSignal)
    fiber.addObserver((exit) => {
      for (const signal of signals) process.off(signal, onSignal)
      teardown(exit, (code) => {
        if (told !== undefined || code !== 0) process.exit(code)
      })
    })
  })
  runMain(program, { teardown, disableErrorReporting: options.reportErrors === false })
}
