/**
 * Keeps both in a set as long as they are open, and closes both when one closes.
 *
 * @param {Set<import("node:net").Socket>} open
 * @param {import("node:net").Socket} near
 * @param {import("node:net").Socket} far
 */
export declare function tie(open: any, near: any, far: any): void;
//# sourceMappingURL=tied-sockets.d.ts.map