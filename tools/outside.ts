// A folder outside of the workspace, where packages are installed and tried as users do.
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"

/** Gives what a command says. Throws with all that it said if it fails. */
export function runIn(folder: string, command: string, ...args: ReadonlyArray<string>): string {
  try {
    return execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: "pipe" })
  } catch (error) {
    const { stderr, stdout } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(" ")}:\n${stdout}\n${stderr}`, { cause: error })
  }
}

/** Installs packages by name, or from their tarballs. */
export const installIn = (folder: string, ...names: ReadonlyArray<string>): string =>
  runIn(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...names)

/** All files below a folder. */
export const filesBelow = (folder: string): ReadonlyArray<string> =>
  fs
    .globSync("**/*", { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
