/**
 * Runs another program in place of this one: it has the terminal, gets the signals, and its end is the end.
 */
import spawn from "cross-spawn"
import * as Effect from "effect/Effect"
import * as Os from "node:os"
import { Failure } from "./Failure.ts"
import * as Signals from "./Signals.ts"
import { text } from "./TerminalText.ts"

/** Runs a program with an environment until it ends. Gives its exit code, or 128 and the number of its signal. */
export const run = (
  [program = "", ...args]: ReadonlyArray<string>,
  env: NodeJS.ProcessEnv
): Effect.Effect<number, Failure> =>
  Effect.uninterruptible(
    Effect.callback((resume) => {
      const child = spawn(program, args, { env, stdio: "inherit" })
      // A terminal's Ctrl-C reaches the child by itself; what only we receive is passed on.
      const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
      const ignore = Signals.passOn((signal) => (signal === "SIGINT" && hasTerminal) || child.kill(signal))
      child.on("error", ({ code }: NodeJS.ErrnoException) => {
        ignore()
        resume(
          new Failure({
            text:
              code === "ENOENT"
                ? text`There is no program ${program}. Check its name, and the PATH.`
                : text`${program} cannot be started (${code ?? "for an unknown reason"}).`,
            code: "failed"
          })
        )
      })
      child.on("exit", (code, signal) => {
        ignore()
        resume(Effect.succeed(signal === null ? (code ?? 1) : 128 + Os.constants.signals[signal]))
      })
    })
  )
