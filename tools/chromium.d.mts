import type { Browser, LaunchOptions } from "playwright-core"

/** A new browser; close it. */
export declare const launch: (options?: LaunchOptions) => Promise<Browser>
