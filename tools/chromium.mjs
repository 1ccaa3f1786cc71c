// A headless Chromium for the tests, got as a newcomer would get it: the one on the machine, else Debian's, else
// Playwright's. Without one the tests fail with the reason; none is skipped.
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

import { chromium } from "playwright-core"

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]

/** Nothing of the browser's own business, so that it asks the network for nothing but the pages under test. */
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

/** @returns {string | undefined} */
function onThisMachine() {
  if (process.env["CHROMIUM_PATH"]) return process.env["CHROMIUM_PATH"]
  const folders = (process.env["PATH"] ?? "").split(":")
  for (const name of names)
    for (const folder of folders) if (existsSync(`${folder}/${name}`)) return `${folder}/${name}`
  const own = chromium.executablePath()
  return existsSync(own) ? own : undefined
}

/** @param {string} command @param {string[]} rest */
const succeeds = (command, ...rest) =>
  spawnSync(command, rest, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } }).status === 0

function install() {
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    succeeds("apt-get", "update")
    if (succeeds("apt-get", "install", "-y", "chromium")) return
  }
  try {
    execFileSync("npx", ["playwright-core", "install", "chromium"], { stdio: "pipe" })
  } catch (error) {
    throw new Error("These tests need Chromium, and it could not be installed. Install it, or set CHROMIUM_PATH.", {
      cause: error
    })
  }
}

/** A new browser; close it. */
export async function launch() {
  if (onThisMachine() === undefined) install()
  return chromium.launch({ executablePath: onThisMachine(), headless: true, args })
}
