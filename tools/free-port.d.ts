/**
 * A port of the loopback address that nobody has at this moment.
 * @returns {Promise<number>}
 */
export declare const freePort: () => Promise<unknown>;
//# sourceMappingURL=free-port.d.ts.map