// The shells that the completions are for: `node tools/shells.mjs` installs those that are missing.
import { spawnSync } from "node:child_process"

import * as apt from "./apt.mjs"

const missing = ["bash", "zsh", "fish"].filter((shell) => spawnSync(shell, ["-c", "exit 0"]).status !== 0)

if (missing.length > 0 && !apt.install("--no-install-recommends", ...missing)) {
  console.error(`Shells could not be installed. Install ${missing.join(" and ")} yourself: the tests need them.`)
  process.exitCode = 1
}
