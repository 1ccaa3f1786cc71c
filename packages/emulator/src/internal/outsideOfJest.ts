/**
 * Jest runs each test file, and all that it loads, in a context of its own: a bundle would be read anew for each file,
 * modules need an option of Node there, and classes such as `Uint8Array` are others. So Sentinel is loaded outside,
 * once for each worker.
 */
import { runInThisContext } from "node:vm"
import type * as Emulator from "../Emulator.ts"

/** Of Node itself, and not what Jest has in its place. */
const nodeProcess = (): typeof process => runInThisContext("process")

export const loadOutside = async (): Promise<typeof Emulator> => {
  const { createRequire } = nodeProcess().getBuiltinModule("node:module")
  return createRequire(import.meta.url)("@le-auth/emulator")
}
