/**
 * Which version of the command this is: that of its package. Beside `main.ts`, since from here and from the bundle in
 * `dist` the way to `package.json` is the same.
 */
import * as Fs from "node:fs"

export const version: string = JSON.parse(Fs.readFileSync(new URL("../package.json", import.meta.url), "utf8")).version
