/**
 * The lowest major versions; CONTRIBUTING.md names them, too. The tests are tried with these and with the newest ones, and use only
 * what both have. Debian still hands out these two to a machine whose package lists are from the summer of 2026, and Firefox
 * ESR 140 was then the current one. What browsers can do changes with major versions only.
 */
export declare const lowest: {
    Chromium: number;
    Firefox: number;
};
/**
 * @typedef {object} Kind
 * @property {keyof typeof lowest} name
 * @property {string} variable of the environment, which names one that is never replaced
 * @property {string} debian its package
 * @property {readonly string[]} programs by the names on the PATH
 * @property {readonly string[]} elsewhere whole paths
 */
/** The version in what a browser says of itself. @param {string} words */
export declare const versionIn: (words: any) => string | undefined;
/** @param {string} version @param {number} major the lowest */
export declare const isNewEnough: (version: any, major: any) => boolean;
/** Where it is; throws where there is none that is new enough. @param {Kind} kind */
export declare function locate(kind: any): any;
/**
 * Sees to it that there is one, by the first installation that helps; else says what to do, and fails. One that was chosen by
 * the variable is not replaced.
 * @param {Kind} kind
 * @param {ReadonlyArray<() => unknown>} installations
 */
export declare function provide(kind: any, installations: any): void;
//# sourceMappingURL=installed-browser.d.ts.map