/** Starts a server: its URL, and how to stop it. `more` are further words of its command line. */
export declare const startRedis: (
  ...more: ReadonlyArray<string>
) => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>
