// Packs the package in this folder, as it would be published, into its `build/packed`.
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"

// The compiler leaves what it once made of a file that has moved, and `exports` would let it out. What is bundled is in
// files of other names.
const { nx } = JSON.parse(fs.readFileSync("package.json", "utf8"))
const isBundled = ["layer:app", "layer:bundle"].some((tag) => nx?.tags?.includes(tag))
if (!isBundled) {
  for (const file of fs.globSync("dist/**/*.{js,d.ts}{,.map}")) {
    const source = path.join("src", path.relative("dist", file)).replace(/\.(?:js|d\.ts)(?:\.map)?$/, ".ts")
    if (!fs.existsSync(source)) fs.rmSync(file)
  }
}

const destination = path.resolve("build/packed")
fs.rmSync(destination, { recursive: true, force: true })
fs.mkdirSync(destination, { recursive: true })
execFileSync("npm", ["pack", "--pack-destination", destination], {
  stdio: ["ignore", "ignore", "inherit"],
  shell: process.platform === "win32"
})
