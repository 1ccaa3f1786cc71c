/**
 * The result of a start. What takes too long fails with what the server said.
 * @template A
 * @param {string} name
 * @param {Promise<A>} start
 * @param {() => string} output
 * @param {number} limit
 */
export declare function inTime(name: any, start: any, output: any, limit?: number): Promise<any>;
/**
 * Starts a server on a free port. Nobody can keep a port free for it: when another program was faster, it is another port.
 * @template A
 * @param {(port: number) => Promise<A>} start
 */
export declare function onFreePort(start: any): Promise<any>;
/**
 * Ends a process: with SIGINT, which ends what waits for nobody, and by force when that did not help.
 * @param {import("node:child_process").ChildProcess} child
 */
export declare function end(child: any, grace?: number): Promise<void>;
//# sourceMappingURL=server.d.ts.map