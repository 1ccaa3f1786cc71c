/**
 * The program as a user starts it: `npm start`, as a process of its own, on free ports.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

export { freePort, freeSentinelPort } from "../../../tools/free-port.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))

export interface Started {
  readonly process: ChildProcess
  /** Everything that it printed so far. */
  readonly output: () => string
  /** Waits until it has printed this. */
  readonly prints: (text: string | RegExp) => Promise<void>
  /** Waits for its end. */
  readonly exit: Promise<number | null>
}

/**
 * Runs `npm start` with these variables, and none of the machine's own `LE_AUTH_` ones. It keeps nothing: what is in
 * the folder of the repository is the developer's.
 */
export const npmStart = (environment: Record<string, string>): Started => {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("LE_AUTH_"))
  const child = spawn("npm", ["start"], {
    cwd: root,
    env: { ...Object.fromEntries(inherited), LE_AUTH_STORE: "memory:", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true
  })
  let output = ""
  const waiting = new Set<() => void>()
  const heard = (chunk: Buffer) => {
    output += chunk.toString()
    for (const check of waiting) check()
  }
  child.stdout.on("data", heard)
  child.stderr.on("data", heard)
  const exit = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)))
  return {
    process: child,
    output: () => output,
    exit,
    prints: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (typeof text === "string" ? output.includes(text) : text.test(output)) {
            waiting.delete(check)
            resolve()
          }
        }
        waiting.add(check)
        void exit.then((code) =>
          reject(new Error(`npm start ended with ${code} before it printed ${text}:\n${output}`))
        )
        check()
      })
  }
}

/** Ends it as Ctrl-C in a terminal does: the signal goes to the whole group. */
export const interrupt = (started: Started): Promise<number | null> => {
  if (started.process.pid !== undefined && started.process.exitCode === null)
    process.kill(-started.process.pid, "SIGINT")
  return started.exit
}
