/** Databases in a folder of their own, and other processes that use them. */
import { spawn } from "node:child_process"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { inject } from "vitest"

/** The path of a database that is not there yet. It goes with its folder when the scope ends. */
export const sqliteFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-sqlite-"))),
    (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => Path.join(folder, "state", "le-auth.sqlite")
)

/**
 * Runs a script of this folder, as `setup.ts` bundles it, in a process of its own. It ends with the scope, by force if
 * it must.
 */
export const runScript = Effect.fnUntraced(function* (
  script: string,
  args: ReadonlyArray<string>,
  flags: ReadonlyArray<string> = []
) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const program = Path.join(inject("programs"), script.replace(/\.ts$/, ".mjs"))
      const options = ["--disable-warning=ExperimentalWarning", ...flags]
      return spawn(process.execPath, [...options, program, ...args], { stdio: ["pipe", "pipe", "pipe"] })
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  let output = ""
  const listeners = new Set<() => void>()
  const heard = (chunk: unknown) => {
    output += String(chunk)
    for (const listener of listeners) listener()
  }
  child.stdout.on("data", heard)
  child.stderr.on("data", heard)
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
  /** Waits until what it has written is enough. */
  const until = (isEnough: (output: string) => boolean) =>
    Effect.callback<void>((resume) => {
      const listener = () => {
        if (isEnough(output)) resume(Effect.void)
      }
      listeners.add(listener)
      void ended.then(() => resume(Effect.die(new Error(`${script} ended too soon: ${output.slice(-2000)}`))))
      listener()
      return Effect.sync(() => listeners.delete(listener))
    })
  return {
    say: (line: string) => Effect.sync(() => void child.stdin.write(`${line}\n`)),
    /** Lets it stand still, and go on. */
    stop: Effect.sync(() => void child.kill("SIGSTOP")),
    goOn: Effect.sync(() => void child.kill("SIGCONT")),
    kill: Effect.andThen(
      Effect.sync(() => child.kill("SIGKILL")),
      Effect.promise(() => ended)
    ),
    /** Its exit code and all that it wrote. */
    ended: Effect.map(
      Effect.promise(() => ended),
      (code) => ({ code, output })
    ),
    until,
    /** Waits until it has written a text. */
    wrote: (text: string) => until((output) => output.includes(text)),
    /** Waits for a line that begins so. Gives the rest of it. */
    line: (beginning: string) => {
      const find = (output: string) =>
        output
          .split("\n")
          .slice(0, -1)
          .find((line) => line.startsWith(beginning))
      return Effect.map(
        until((output) => find(output) !== undefined),
        () => find(output)!.slice(beginning.length)
      )
    }
  }
})
