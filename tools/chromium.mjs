// A headless Chromium for the tests, got as a newcomer would get it: the one on the machine, else Debian's, else
// Playwright's. `node tools/chromium.mjs` installs one if there is none. Without one the tests fail with the reason; none is
// skipped.
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { chromium } from "playwright-core"

import * as apt from "./apt.mjs"

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]

/** Nothing of the browser's own business, so that it asks the network for nothing but the pages under test. */
export const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

/** @returns {string | undefined} */
function find() {
  const chosen = process.env["CHROMIUM_PATH"]
  if (chosen !== undefined && chosen !== "") return chosen
  const folders = (process.env["PATH"] ?? "").split(":")
  const found = names.flatMap((name) => folders.map((folder) => `${folder}/${name}`)).find((path) => existsSync(path))
  const path = found ?? chromium.executablePath()
  return existsSync(path) ? path : undefined
}

/** Debian's, where we may install it; else Playwright's own download. */
function install() {
  if (apt.install("chromium")) return
  const shell = process.platform === "win32"
  execFileSync("npx", ["playwright-core", "install", "chromium"], { stdio: "inherit", shell })
}

/** Where it is. */
export function executable() {
  const path = find()
  if (path !== undefined) return path
  throw new Error("These tests need Chromium. npm test installs it; or install it yourself, or set CHROMIUM_PATH.")
}

/**
 * A new browser; close it.
 * @param {import("playwright-core").LaunchOptions} [options]
 */
export const launch = (options) => chromium.launch({ executablePath: executable(), headless: true, args, ...options })

if (process.argv[1] === fileURLToPath(import.meta.url) && find() === undefined) install()
