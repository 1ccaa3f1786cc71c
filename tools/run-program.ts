// Runs a program of another language in a test.
import { spawn } from "node:child_process"

/** Gives what the program printed. `missing` says what to do where it is not installed. */
export const runProgram = (
  command: string,
  args: ReadonlyArray<string>,
  env: Record<string, string>,
  missing: string
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { PATH: process.env["PATH"], ...env } })
    let output = ""
    let errors = ""
    child.stdout.setEncoding("utf8").on("data", (part: string) => (output += part))
    child.stderr.setEncoding("utf8").on("data", (part: string) => (errors += part))
    child.once("error", () => reject(new Error(missing)))
    child.once("close", (status) => (status === 0 ? resolve(output.trim()) : reject(new Error(errors))))
  })
