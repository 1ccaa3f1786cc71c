/** What a client met: a status, or the code of an error. */
export interface Met {
  readonly began: number
  readonly ended: number
  readonly what: string
}

/** One request on a connection of its own, as bytes; the answer as a text, or the code of what broke it. */
export declare const exchange: (port: number, text: string) => Promise<string>

/** So many clients that ask one thing after the other, each on a new connection, until the port refuses. */
export declare const clients: (
  port: number,
  options: { readonly path: string; readonly count?: number }
) => {
  /** Resolves when there were so many answers. */
  readonly answered: (count: number) => Promise<void>
  /** Resolves when all have ended. */
  readonly ended: Promise<ReadonlyArray<Met>>
}

/** Those who began before the last answer, and were reset. */
export declare const resets: (met: ReadonlyArray<Met>) => ReadonlyArray<Met>

/** What any listener of Sentinel does with clients that mean harm, or are broken. */
export declare const hostile: (port: number) => ReadonlyArray<{
  readonly what: string
  readonly text: string
  readonly status: number
  readonly has?: RegExp
}>
