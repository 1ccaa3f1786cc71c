/**
 * The modules of a package that are for a person at their own computer: keychain, browser, files of a user. Only they import one
 * another, and only they start processes, so that a server's imports reach none of it.
 * @type {Record<string, string[]>}
 */
export declare const desktop: {
    node: string[];
};
/**
 * @typedef {object} Project
 * @property {string} name
 * @property {string} dir
 * @property {string} layer
 * @property {string} platform
 * @property {Record<string, string>} source  what src may import; apps are bundled, so theirs may be devDependencies
 * @property {Record<string, string>} tests  what test may import
 */
/**
 * All problems of the workspace at `root`, as "file: what is wrong".
 * @param {string} root
 */
export declare function check(root: any): any[];
//# sourceMappingURL=boundaries.d.ts.map