import * as puppeteer from "puppeteer-core";
/**
 * One of each kind that is not left out (LE_AUTH_TEST_WITHOUT): `launch` gives a new browser, with a profile of its own unless
 * `userDataDir` names one; close it.
 */
export declare const browsers: {
    name: string;
    launch: (options: any) => Promise<puppeteer.Browser>;
}[];
//# sourceMappingURL=browsers.d.ts.map