/** Where the server is that a module of `tools` starts. @param {URL} module */
export declare function urlOf(module: any): Promise<string>;
//# sourceMappingURL=service.d.ts.map