/** The shells that the completions are for. */
export declare const shells: ReadonlyArray<string>
