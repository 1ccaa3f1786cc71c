/** A `globalSetup` of vitest: a target of `nx run-many`, and for which projects. */
export declare const built: (target: string, ...projects: ReadonlyArray<string>) => () => void
