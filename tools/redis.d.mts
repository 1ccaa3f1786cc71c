/** Starts a server: its URL, and how to stop it. */
export declare const startRedis: () => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>
