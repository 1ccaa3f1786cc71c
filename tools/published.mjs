// An app as it is published: package.json, bin and dist, in a folder of its own.
import { execFile } from "node:child_process"
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"

const root = fileURLToPath(new URL("..", import.meta.url))
const rolldown = path.join(root, "node_modules", "rolldown", "bin", "cli.mjs")

/**
 * Bundles an app: the URL of the folder, and how to remove it.
 * @param {"cli" | "server"} name
 */
export async function publish(name) {
  const app = path.join(root, "apps", name)
  const folder = mkdtempSync(path.join(tmpdir(), `le-auth-${name}-`))
  const config = path.join("..", "..", "tools", "rolldown.config.mjs")
  const options = ["--config", config, "--dir", path.join(folder, "dist")]
  await promisify(execFile)(process.execPath, [rolldown, ...options], { cwd: app })
  for (const part of ["package.json", "bin"]) {
    if (existsSync(path.join(app, part))) cpSync(path.join(app, part), path.join(folder, part), { recursive: true })
  }
  // Other users of this computer may run it, too.
  chmodSync(folder, 0o755)
  const stop = async () => rmSync(folder, { recursive: true, force: true })
  return { url: pathToFileURL(folder).href, stop }
}
