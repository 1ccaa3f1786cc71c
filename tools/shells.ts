// The shells that the completions are for, and curl, for scripts that speak HTTP: `node tools/shells.ts` installs what is
// missing.
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import * as apt from "./apt.ts"
import { runProgram } from "./run-program.ts"

export const shells = ["bash", "zsh", "fish"]

/** Runs a script of sh, which has curl, and gives what it printed. */
export const script = (text: string, env: Record<string, string>): Promise<string> =>
  runProgram("sh", ["-euc", text], env, "These tests need sh and curl. npm test installs curl; or install it yourself.")

function install() {
  const missing = shells.filter((shell) => spawnSync(shell, ["-c", "exit 0"]).status !== 0)
  if (spawnSync("curl", ["--version"]).status !== 0) missing.push("curl")
  if (missing.length === 0 || apt.install("--no-install-recommends", ...missing)) return
  console.error(`Programs could not be installed. Install ${missing.join(" and ")} yourself: the tests need them.`)
  process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install()
