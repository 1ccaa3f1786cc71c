/** Nothing of the browser's own business, so that it asks the network for nothing but the pages under test. */
export declare const args: string[];
/** Where it is. */
export declare const executable: () => any;
/**
 * A new browser; close it.
 * @param {import("playwright-core").LaunchOptions} [options]
 */
export declare const launch: (options: any) => Promise<import("playwright-core").Browser>;
//# sourceMappingURL=chromium.d.ts.map