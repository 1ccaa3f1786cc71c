/** A port of the loopback address that nobody has at this moment. */
export declare const freePort: () => Promise<number>
