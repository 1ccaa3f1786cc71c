/**
 * Tokens are given so many milliseconds late, so that others have the time to ask as well, or to end.
 *
 * @param {string} sentinel its origin
 * @param {number} initialDelay
 */
export declare function between(sentinel: any, initialDelay: any): Promise<{
    origin: string;
    /** How many refreshes were asked for. */
    refreshes: () => number;
    /** From the next answer on. @param {number} milliseconds */
    setDelay: (milliseconds: any) => void;
    /** Until tokens are asked for, from when this is called. */
    asked: () => Promise<any[]>;
    /** Until that is answered, from when this is called. */
    answered: () => Promise<any[]>;
    close: () => Promise<unknown>;
}>;
//# sourceMappingURL=between.d.ts.map