import * as puppeteer from "puppeteer-core";
/**
 * A new browser, with a profile of its own unless `userDataDir` names one; close it.
 * @param {import("puppeteer-core").LaunchOptions} [options]
 */
export declare function launch(options: any): Promise<puppeteer.Browser>;
//# sourceMappingURL=firefox.d.ts.map