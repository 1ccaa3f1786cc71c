import type { Browser, LaunchOptions } from "puppeteer-core"

/** A new browser, with a profile of its own unless `userDataDir` names one; close it. */
export declare const launch: (options?: LaunchOptions) => Promise<Browser>
