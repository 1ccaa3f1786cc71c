/**
 * Ends the command on a signal.
 */
import * as NodeMain from "@le-auth/node/NodeMain"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Output from "./Output.ts"
import { text } from "./TerminalText.ts"

/** Set for a server, whose usual end is a signal. */
let server: { readonly within: Duration.Duration } | undefined

/** What SIGHUP does, if it does not end the command. */
let onHangUp: (() => void) | undefined

/** What gets the signals in place of the command, if something does. */
let receiver: ((signal: NodeMain.Signal) => void) | undefined

/** From now on, signals go to another program, whose end is that of the command. Gives the end of that. */
export const passOn = (send: (signal: NodeMain.Signal) => void): (() => void) => {
  receiver = send
  return () => {
    receiver = undefined
  }
}

const waiting = text`Waiting for Sentinel: the tokens that it is about to send would be lost. Ctrl-C again ends this at once.`

/** From now on, a signal is the usual end, with exit code 0. `within`: the time limit for the end, in milliseconds. */
export const stopIsSuccess = (options: { readonly within: number }): void => {
  server = { within: Duration.millis(options.within) }
}

/**
 * SIGHUP runs `act` as long as the scope is open, and does not end the command. On a terminal it still ends the
 * command, since it means that the terminal is gone.
 */
export const hangUp = (act: () => void): Effect.Effect<void, never, Scope.Scope> =>
  process.stdin.isTTY
    ? Effect.void
    : Effect.acquireRelease(
        Effect.sync(() => {
          onHangUp = act
        }),
        () =>
          Effect.sync(() => {
            onHangUp = undefined
          })
      )

/** Runs the command. */
export const run = <A, E>(command: Effect.Effect<A, E>): void =>
  NodeMain.run(command, {
    handles: (signal) => {
      if (receiver !== undefined) {
        receiver(signal)
        return true
      }
      if (signal !== "SIGHUP" || onHangUp === undefined) return false
      onHangUp()
      return true
    },
    onWaiting: Effect.suspend(() => (server === undefined ? Output.say(waiting) : Effect.void)),
    exitCode: () => (server === undefined ? undefined : 0),
    within: () => server?.within
  })
