// Shows the journal of the Sentinel that start.mjs started, and the end of its log, and stops it.
import { spawnSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"

const { env } = process
if (!/^\d{1,5}$/.test(env.INPUT_PORT ?? "")) {
  console.log("::error title=Sentinel::The input port is no port.")
  process.exit(1)
}
const file = join(env.RUNNER_TEMP, `le-auth-sentinel-${env.INPUT_PORT}`, "state.json")

let state
try {
  state = JSON.parse(readFileSync(file, "utf8"))
} catch {
  console.log(`No Sentinel was started on port ${env.INPUT_PORT} in this job.`)
  process.exit(0)
}

// What applications sent to Sentinel is in these lines, and is no command to the runner.
const unguessable = randomUUID()
const shown = (title, text) =>
  console.log(`::group::${title}\n::stop-commands::${unguessable}\n${text}\n::${unguessable}::\n::endgroup::`)

const journal = spawnSync(process.execPath, [state.command, "sentinel", "journal", `--limit=${env.INPUT_LIMIT}`], {
  encoding: "utf8",
  env
})
shown("Journal of Sentinel", journal.stdout + journal.stderr)
shown("Log of Sentinel", readFileSync(state.log, "utf8").split("\n").slice(-200).join("\n"))

const isRunning = () => {
  try {
    process.kill(state.pid, 0)
    return true
  } catch {
    return false
  }
}
if (isRunning()) {
  process.kill(state.pid)
  // It lets requests finish, so that the port is free for a later step.
  for (let left = 100; isRunning() && left > 0; left--) await setTimeout(100)
} else {
  console.log("::warning title=Sentinel::Sentinel had ended before.")
}
rmSync(file)
