// The repository as it is now, committed or not, in a folder of its own, with what is installed here: for what would change it.
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Gives the folder; whoever asks removes it. */
export function workingCopy() {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-copy-")))
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" })
  for (const file of list.split("\0")) {
    if (file === "" || !fs.existsSync(path.join(root, file))) continue
    fs.cpSync(path.join(root, file), path.join(folder, file))
  }
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"))
  return folder
}
