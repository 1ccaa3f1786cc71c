// The browsers of the tests that run in each of them alike, both driven by Puppeteer: Chromium over its DevTools
// protocol, Firefox over WebDriver BiDi.
import * as puppeteer from "puppeteer-core"
import type { Browser, LaunchOptions } from "puppeteer-core"

import { args, executable } from "./chromium.ts"
import * as firefox from "./firefox.ts"
import { isLeftOut } from "./needs.ts"

export interface Kind {
  readonly name: "Chromium" | "Firefox"
  /** A new browser, with a profile of its own unless `userDataDir` names one; close it. */
  readonly launch: (options?: LaunchOptions) => Promise<Browser>
}

const kinds: ReadonlyArray<Kind> = [
  {
    name: "Chromium",
    launch: (options) =>
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
]

/** One of each kind that is not left out (LE_AUTH_TEST_WITHOUT). */
export const browsers = kinds.filter(({ name }) => !isLeftOut(name.toLowerCase()))
