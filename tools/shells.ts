// The shells that the completions are for: `node tools/shells.ts` installs those that are missing.
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import * as apt from "./apt.ts"

export const shells = ["bash", "zsh", "fish"]

function install() {
  const missing = shells.filter((shell) => spawnSync(shell, ["-c", "exit 0"]).status !== 0)
  if (missing.length === 0 || apt.install("--no-install-recommends", ...missing)) return
  console.error(`Shells could not be installed. Install ${missing.join(" and ")} yourself: the tests need them.`)
  process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install()
