// A headless Firefox for the tests, got as a newcomer would get it: the one on the machine, else Debian's. Puppeteer drives it
// over WebDriver BiDi, the standard that every Firefox has built in; Playwright drives only Firefoxes of its own making.
// `node tools/firefox.mjs` installs one if there is none. Without one the tests fail with the reason; none is skipped.
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

import * as puppeteer from "puppeteer-core"

import * as apt from "./apt.mjs"

const names = ["firefox-esr", "firefox"]
const elsewhere = ["/Applications/Firefox.app/Contents/MacOS/firefox"]

/** @returns {string | undefined} */
function find() {
  const chosen = process.env["FIREFOX_PATH"]
  if (chosen !== undefined && chosen !== "") return chosen
  const folders = (process.env["PATH"] ?? "").split(":")
  return [...names.flatMap((name) => folders.map((folder) => `${folder}/${name}`)), ...elsewhere].find((path) =>
    existsSync(path)
  )
}

function install() {
  if (apt.install("firefox-esr")) return
  console.error("Firefox could not be installed. Install it yourself, or set FIREFOX_PATH: the tests need it.")
  process.exitCode = 1
}

/**
 * A new browser, with a profile of its own unless `userDataDir` names one; close it.
 * @param {import("puppeteer-core").LaunchOptions} [options]
 */
export function launch(options) {
  const executablePath = find()
  if (executablePath === undefined) {
    throw new Error("These tests need Firefox. npm test installs it; or install it yourself, or set FIREFOX_PATH.")
  }
  return puppeteer.launch({ browser: "firefox", executablePath, headless: true, timeout: 120_000, ...options })
}

if (process.argv[1] === fileURLToPath(import.meta.url) && find() === undefined) install()
