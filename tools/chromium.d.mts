import type { Browser, LaunchOptions } from "playwright-core"

/** What it is started with. */
export declare const args: Array<string>

/** Where it is. */
export declare const executable: () => string

/** A new browser; close it. */
export declare const launch: (options?: LaunchOptions) => Promise<Browser>
