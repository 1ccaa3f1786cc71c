/** The modules of a package that only a command line imports, by the package's folder. */
export const desktop: { readonly node: ReadonlyArray<string> }
/** All problems of the workspace at `root`, as "file: what is wrong". */
export function check(root: string): ReadonlyArray<string>
