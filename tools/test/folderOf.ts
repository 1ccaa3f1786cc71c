import fs from "node:fs"
import os from "node:os"
import path from "node:path"

import { onTestFinished } from "vitest"

/** A folder with these files, as long as the test takes; objects are written as JSON. */
export function folderOf(files: Record<string, string | object>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-tools-"))
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
  }
  return folder
}
