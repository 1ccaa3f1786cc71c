/**
 * Which version of the command this is.
 *
 * @since 0.1.0
 */
import * as Fs from "node:fs"

/**
 * That of the package.
 *
 * @since 0.1.0
 */
export const version: string = JSON.parse(
  Fs.readFileSync(new URL("../../package.json", import.meta.url), "utf8")
).version
