/**
 * The programs by the modules that find, install and start them. `node <module>` installs what is missing.
 * @type {Readonly<Record<string, string>>}
 */
export declare const programs: {
    chromium: string;
    firefox: string;
    redis: string;
    postgres: string;
    keychain: string;
    shells: string;
};
/**
 * The targets of Nx that run tests: those that need nothing but Node, those that also start processes, and the rest.
 */
export declare const testTargets: string[];
/**
 * What the developer has no use for or cannot have: `LE_AUTH_TEST_WITHOUT=firefox,keychain`. CI leaves nothing out that its
 * system can have, so on Linux nothing at all.
 * @param {Record<string, string | undefined>} env
 * @param {string} platform
 * @returns {ReadonlyArray<string>}
 */
export declare function leftOut(env?: NodeJS.ProcessEnv, platform?: NodeJS.Platform): string[];
/** Whether a program is left out. @param {string} name */
export declare const isLeftOut: (name: any) => boolean;
/** The folders that have tests: `packages/core`, …, `tools`. */
export declare const folders: () => string[];
/**
 * @typedef {object} TestFile
 * @property {string} file
 * @property {ReadonlyArray<string>} needs names of programs, and of others
 * @property {typeof testTargets[number]} target which target runs it
 * @property {boolean} isLeftOut whether it cannot run without what is left out
 */
/**
 * The test files of a folder.
 * @param {string} folder
 * @returns {ReadonlyArray<TestFile>}
 */
export declare function testFiles(folder: any): {
    file: string;
    needs: string[];
    target: string;
    isLeftOut: boolean;
}[];
//# sourceMappingURL=needs.d.ts.map