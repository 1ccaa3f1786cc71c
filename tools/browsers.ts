// The browsers of the tests that run in each of them alike, both driven by Puppeteer: Chromium over its DevTools protocol,
// Firefox over WebDriver BiDi.
import * as puppeteer from "puppeteer-core"

import { args, executable } from "./chromium.ts"
import * as firefox from "./firefox.ts"
import { isLeftOut } from "./needs.ts"

/**
 * One of each kind that is not left out (LE_AUTH_TEST_WITHOUT): `launch` gives a new browser, with a profile of its own unless
 * `userDataDir` names one; close it.
 */
export const browsers = [
  {
    name: "Chromium",
    launch: (/** @type {import("puppeteer-core").LaunchOptions | undefined} */ options) =>
      puppeteer.launch({
        executablePath: executable(),
        headless: true,
        timeout: 120_000,
        defaultViewport: null,
        ...options,
        args: [...args, ...(options?.args ?? [])]
      })
  },
  { name: "Firefox", launch: firefox.launch }
].filter(({ name }) => !isLeftOut(name.toLowerCase()))
