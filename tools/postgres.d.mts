/** Starts a server: its URL with rights to make databases, and how to stop it. */
export declare const startPostgres: () => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>
