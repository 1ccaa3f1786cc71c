/** Real processes, for what one process cannot show about another. */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as Path from "node:path"
import { inject } from "vitest"
import type { Work } from "./Worker.ts"

/** `Worker.ts`, as `setup.ts` bundles it. */
const worker = Path.join(inject("programs"), "Worker.mjs")

export interface Process {
  /** Waits until a line was said. */
  readonly said: (line: string) => Effect.Effect<void>
  /** Lets the work begin. */
  readonly go: Effect.Effect<void>
  /** What was said last, when it has ended. */
  readonly result: Effect.Effect<string>
  /** As `kill -9` does it: without any chance to clean up. */
  readonly kill: Effect.Effect<void>
}

/** A process that is ready for its work, and is gone with the scope. */
export const start = (work: Work) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [worker, JSON.stringify(work)], { stdio: ["pipe", "pipe", "pipe"] })
      let output = ""
      let errors = ""
      const listeners = new Set<() => void>()
      const heard = () => [...listeners].forEach((listener) => listener())
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text
        heard()
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))
      const ended = new Promise<void>((resolve) => child.once("close", () => resolve()))
      const said = (line: string) =>
        Effect.callback<void>((resume) => {
          const listener = () => {
            if (output.split("\n").includes(line)) resume(Effect.void)
          }
          listeners.add(listener)
          void ended.then(() => resume(Effect.die(new Error(`ended without "${line}": ${output}${errors}`))))
          listener()
          return Effect.sync(() => void listeners.delete(listener))
        })
      return {
        said,
        go: Effect.sync(() => void child.stdin.write("go\n")),
        result: Effect.promise(() => ended.then(() => `${output.trim().split("\n").at(-1)}${errors}`)),
        kill: Effect.promise(() => {
          child.kill("SIGKILL")
          return ended
        })
      } satisfies Process
    }),
    ({ kill }) => kill
  ).pipe(Effect.tap(({ said }) => said("ready")))

/** Several at once. */
export const startAll = (works: ReadonlyArray<Work>) => Effect.forEach(works, start, { concurrency: "unbounded" })
