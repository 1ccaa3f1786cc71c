// Whether TypeScript finds right types for each module of the package in this folder, as it is packed. Packages export
// `./*`, and attw looks at no pattern, so it gets the modules by name.
import { spawnSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const attw = fileURLToPath(new URL("../node_modules/@arethetypeswrong/cli/dist/index.js", import.meta.url))
const modules = fs
  .globSync("**/*.js", { cwd: "dist" })
  .map((file) => file.replaceAll(path.sep, "/").replace(/\.js$/, ""))
  .filter((name) => name !== "index" && !name.startsWith("internal/"))
const { status, stdout } = spawnSync(
  process.execPath,
  [
    attw,
    ...fs.globSync("build/packed/*.tgz"),
    "--profile=esm-only",
    "--format=ascii",
    "--entrypoints",
    ".",
    ...modules
  ],
  { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }
)
if (status === 0) console.log(`${modules.length + 1} modules have right types`)
else process.stdout.write(stdout)
process.exitCode = status ?? 1
