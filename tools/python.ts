// Python for the tests of what other languages do with a Sentinel. `node tools/python.ts` installs it where it is
// missing. A test that cannot have it fails with the reason; none is skipped.
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import * as apt from "./apt.ts"
import { runProgram } from "./run-program.ts"

const isThere = () => spawnSync("python3", ["-c", "import ssl"]).status === 0

/** Runs a program, and gives what it printed. */
export const python = (text: string, env: Record<string, string>): Promise<string> =>
  runProgram(
    "python3",
    ["-c", text],
    env,
    "These tests need Python 3. npm test installs it; or install python3 yourself."
  )

if (process.argv[1] === fileURLToPath(import.meta.url) && !isThere() && !apt.install("python3")) {
  console.error("Python 3 could not be installed. Install python3 yourself: the tests need it.")
  process.exitCode = 1
}
