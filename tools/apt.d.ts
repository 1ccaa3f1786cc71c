/**
 * Installs packages where we may, or newer versions of them. Says whether they are there now. The lists of packages are
 * renewed first: an old one leads to old versions, or to files that are no longer there. Where only some of the
 * repositories answer, the package may still be in one of those.
 * @param {string[]} packages and options of `apt-get install`
 */
export declare function install(...packages: any[]): boolean;
//# sourceMappingURL=apt.d.ts.map