// A headless Chromium for the tests, got as a newcomer would get it: the one on the machine, else Debian's, else
// Playwright's. `node tools/chromium.ts` installs one if there is none that is new enough. Without one the tests fail
// with the reason; none is skipped.
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import { chromium, type LaunchOptions } from "playwright-core"

import * as apt from "./apt.ts"
import { locate, provide, type Kind } from "./installed-browser.ts"

const kind: Kind = {
  name: "Chromium",
  variable: "CHROMIUM_PATH",
  debian: "chromium",
  programs: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
  elsewhere: [chromium.executablePath()]
}

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

let path: string | undefined

/** Where it is. */
export const executable = () => (path ??= locate(kind))

/** A new browser; close it. */
export const launch = async (options?: LaunchOptions) =>
  chromium.launch({ executablePath: executable(), headless: true, args, ...options })

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  provide(kind, [
    () => apt.install(kind.debian),
    () =>
      spawnSync("npx", ["playwright-core", "install", "chromium"], {
        stdio: "inherit",
        shell: process.platform === "win32"
      })
  ])
}
