// A headless Firefox for the tests, got as a newcomer would get it: the one on the machine, else Debian's. Puppeteer
// drives it over WebDriver BiDi, the standard that every Firefox has built in; Playwright drives only Firefoxes of its
// own making. `node tools/firefox.ts` installs one if there is none that is new enough. Without one the tests fail with
// the reason; none is skipped.
import { fileURLToPath } from "node:url"

import * as puppeteer from "puppeteer-core"

import * as apt from "./apt.ts"
import { locate, provide, type Kind } from "./installed-browser.ts"

const kind: Kind = {
  name: "Firefox",
  variable: "FIREFOX_PATH",
  debian: "firefox-esr",
  programs: ["firefox-esr", "firefox"],
  elsewhere: ["/Applications/Firefox.app/Contents/MacOS/firefox"]
}

// A seventh of Firefox's work is to paint what is never seen: less often, less of it, and nothing that moves.
const args = ["--width=640", "--height=500"]
const preferences = { "layout.frame_rate": 15, "ui.prefersReducedMotion": 1 }

let executablePath: string | undefined

/** A new browser, with a profile of its own unless `userDataDir` names one; close it. */
export async function launch(options?: puppeteer.LaunchOptions) {
  executablePath ??= locate(kind)
  return puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    timeout: 120_000,
    // The window's own size: each page would be told another one first.
    defaultViewport: null,
    ...options,
    args: [...args, ...(options?.args ?? [])],
    extraPrefsFirefox: { ...preferences, ...options?.extraPrefsFirefox }
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) provide(kind, [() => apt.install(kind.debian)])
