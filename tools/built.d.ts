/** A `globalSetup` of vitest: a target of `nx run-many`, and for which projects. @param {string} target @param {string[]} projects */
export declare const built: (target: any, ...projects: any[]) => () => void;
//# sourceMappingURL=built.d.ts.map