import type { Browser, LaunchOptions } from "puppeteer-core"

export interface Kind {
  readonly name: "Chromium" | "Firefox"
  /** A new browser, with a profile of its own unless `userDataDir` names one; close it. */
  readonly launch: (options?: LaunchOptions) => Promise<Browser>
}

/** The browsers of the tests that run in each of them alike. */
export declare const browsers: ReadonlyArray<Kind>
