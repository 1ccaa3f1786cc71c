// A real keychain for the tests: GNOME Keyring on a session bus of its own. `node tools/keyring.ts` installs both where
// they are missing. A test that cannot have one fails with the reason; none is skipped.
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import * as apt from "./apt.ts"
import { inTime } from "./server.ts"

const packages = ["dbus", "gnome-keyring"]
const isThere = () =>
  ["dbus-daemon", "gnome-keyring-daemon"].every((program) => spawnSync(program, ["--version"]).status === 0)

function install() {
  if (apt.install("--no-install-recommends", ...packages)) return
  console.error(`A keychain could not be installed. Install ${packages.join(" and ")} yourself: the tests need them.`)
  process.exitCode = 1
}

/** Starts a keychain that is unlocked: the environment in which programs find it, and how to stop it. */
export async function startKeyring() {
  if (!isThere()) {
    throw new Error(`These tests need a keychain. npm test installs it; or install ${packages.join(" and ")} yourself.`)
  }
  const directory = mkdtempSync(path.join(tmpdir(), "le-auth-keyring-"))
  const address = `unix:path=${path.join(directory, "bus")}`
  const env = { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: directory }
  const options = { env: { PATH: process.env["PATH"], HOME: directory, ...env } }
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address", `--address=${address}`], options)
  let output = ""
  bus.stderr.on("data", (chunk) => (output += String(chunk)))
  const started = new Promise((resolve, reject) => {
    bus.stdout.once("data", resolve)
    bus.once("error", reject)
    bus.once("close", () => reject(new Error(`dbus-daemon did not start.\n${output}`)))
  })
  const end = () => {
    // The keychain ends with its bus.
    bus.kill("SIGKILL")
    rmSync(directory, { recursive: true, force: true })
  }
  process.on("exit", end)
  await inTime("dbus-daemon", started, () => output)
  // It leaves a daemon behind when it is ready.
  const { status } = spawnSync("gnome-keyring-daemon", ["--unlock", "--components=secrets"], {
    ...options,
    input: "password of the tests",
    stdio: ["pipe", "ignore", "ignore"]
  })
  if (status !== 0) throw new Error("gnome-keyring-daemon did not start.")
  const stop = () => {
    process.off("exit", end)
    end()
  }
  return { env, stop }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isThere()) install()
