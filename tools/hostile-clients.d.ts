/**
 * @param {number} port
 * @param {string} text
 * @returns {Promise<string>}
 */
export declare const exchange: (port: any, text: any) => Promise<unknown>;
/** @type {typeof import("./hostile-clients.d.mts").clients} */
export declare const clients: (port: any, { count, path }: {
    count?: number | undefined;
    path: any;
}) => {
    answered: (count: any) => Promise<unknown>;
    ended: Promise<any[]>;
};
/** @type {typeof import("./hostile-clients.d.mts").resets} */
export declare const resets: (met: any) => any;
/** @param {number} port @returns {ReadonlyArray<{ what: string; text: string; status: number; has?: RegExp }>} */
export declare const hostile: (port: any) => {
    what: string;
    text: string;
    status: number;
    has: RegExp;
}[];
//# sourceMappingURL=hostile-clients.d.ts.map