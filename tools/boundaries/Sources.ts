// The files of a folder, and what they import.
import fs from "node:fs"
import path from "node:path"

import { type Import, importsOf, parse } from "../SyntaxTree.ts"

/** A file by its path in the folder, with forward slashes. */
export interface Source {
  readonly name: string
  readonly imports: ReadonlyArray<Import>
}

/** The sources of a folder and of all folders in it. */
export const sourcesOf = (folder: string): Array<Source> =>
  fs
    .globSync("**/*.{ts,tsx,mts,js,mjs}", { cwd: folder })
    .map((name) => name.replaceAll(path.sep, "/"))
    .toSorted()
    .map((name) => ({ name, imports: importsOf(parse(path.join(folder, name))) }))
