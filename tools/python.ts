// Python for the tests of what other languages do with a Sentinel. `node tools/python.ts` installs it where it is
// missing. A test that cannot have it fails with the reason; none is skipped.
import { spawn, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import * as apt from "./apt.ts"

const isThere = () => spawnSync("python3", ["-c", "import ssl"]).status === 0

/** Runs a program, and gives what it printed. */
export const python = (text: string, env: Record<string, string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn("python3", ["-c", text], { env: { PATH: process.env["PATH"], ...env } })
    let output = ""
    let errors = ""
    child.stdout.setEncoding("utf8").on("data", (part: string) => (output += part))
    child.stderr.setEncoding("utf8").on("data", (part: string) => (errors += part))
    child.once("error", () =>
      reject(new Error("These tests need Python 3. npm test installs it; or install python3 yourself."))
    )
    child.once("close", (status) => (status === 0 ? resolve(output.trim()) : reject(new Error(errors))))
  })

if (process.argv[1] === fileURLToPath(import.meta.url) && !isThere() && !apt.install("python3")) {
  console.error("Python 3 could not be installed. Install python3 yourself: the tests need it.")
  process.exitCode = 1
}
