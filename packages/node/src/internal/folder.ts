/** Folders. */
import * as Fs from "node:fs"
import * as Path from "node:path"

const isFolder = (path: string): boolean => Fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/**
 * Makes a folder, with those around it, for its user only, if there is none. Node's own `recursive` has no end where a folder refuses
 * to have another one, such as /proc.
 */
export const makeFolder = (folder: string): void => {
  if (isFolder(folder)) return
  makeFolder(Path.dirname(folder))
  try {
    Fs.mkdirSync(folder, { mode: 0o700 })
  } catch (cause) {
    // Another process may have been first.
    if (!isFolder(folder)) throw cause
  }
}
