// Packs the package in this folder, as it would be published, into its `build/packed`.
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"

const destination = path.resolve("build/packed")
fs.rmSync(destination, { recursive: true, force: true })
fs.mkdirSync(destination, { recursive: true })
execFileSync("npm", ["pack", "--pack-destination", destination], {
  stdio: ["ignore", "ignore", "inherit"],
  shell: process.platform === "win32"
})
