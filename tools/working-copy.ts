// The repository as it is now, committed or not, in a folder of its own, for what would change it.
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/**
 * What git knows and does not ignore; the installed packages as links, those of ours to the copied ones. The caller
 * removes it.
 */
export function workingCopy() {
  const copy = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-copy-")))
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" })
  for (const file of list.split("\0").filter((name) => name !== "" && fs.existsSync(path.join(root, name)))) {
    fs.cpSync(path.join(root, file), path.join(copy, file))
  }
  const modules = path.join(copy, "node_modules")
  fs.mkdirSync(path.join(modules, "@le-auth"), { recursive: true })
  for (const name of fs.readdirSync(path.join(root, "node_modules"))) {
    if (name !== "@le-auth") fs.symlinkSync(path.join(root, "node_modules", name), path.join(modules, name))
  }
  for (const file of [...fs.globSync("{packages,apps}/*/package.json", { cwd: copy }), "tools/package.json"]) {
    const { name } = JSON.parse(fs.readFileSync(path.join(copy, file), "utf8"))
    fs.symlinkSync(path.join(copy, path.dirname(file)), path.join(modules, name))
  }
  return copy
}
