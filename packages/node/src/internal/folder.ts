/** Folders. */
import * as Fs from "node:fs"
import * as Path from "node:path"

const isFolder = (path: string): boolean => Fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/**
 * Makes a folder, with those around it, for its user only, if there is none. Fails as Node's own `recursive` does,
 * which however has no end where a folder refuses to have another one, such as /proc.
 */
export const makeFolder = (folder: string): void => {
  if (isFolder(folder)) return
  const parent = Path.dirname(folder)
  // On Windows even a root may not be there, and it has no parent.
  if (parent !== folder && !Fs.existsSync(parent)) makeFolder(parent)
  try {
    Fs.mkdirSync(folder, { mode: 0o700 })
  } catch (cause) {
    // Another process may have been first.
    if (!isFolder(folder)) throw cause
  }
}
