export declare const bundlers: {
    /** @param {string} file @returns {Promise<Bundle>} */
    rolldown: (file: any) => Promise<any>;
    /** @param {string} file @returns {Promise<Bundle>} */
    esbuild: (file: any) => Promise<any>;
};
//# sourceMappingURL=bundle.d.ts.map