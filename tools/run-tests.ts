// Runs the tests of the package in this folder, for Nx: `test`, those that need nothing but Node, `e2e`, those that
// also start our programs, or `integration`, those that need a browser, a database or another program. Leaves in
// `build` what came of them and which files they read. They run on the Node of `LE_AUTH_TEST_NODE`, if
// tools/bootstrap.mjs has named one there, else on that of npm's packages.
import { spawnSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

import { projectName } from "./test-projects.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const [target = "test", ...rest] = process.argv.slice(2)
const folder = path.relative(root, process.cwd()).replaceAll(path.sep, "/")
const results = path.resolve("build", `${target}.json`)
const opened = path.resolve("build", `${target}.files`)
const node = process.env["LE_AUTH_TEST_NODE"] ?? process.execPath
// Nx sets it for every task, and Node warns of it on stderr where colours are unwanted.
if (process.env["NO_COLOR"]) delete process.env["FORCE_COLOR"]

for (const file of [results, opened]) fs.rmSync(file, { force: true })
fs.mkdirSync("build", { recursive: true })
const { status, error } = spawnSync(
  node,
  [
    path.join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    `--root=${root}`,
    `--project=${projectName(folder, target)}`,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${results}`,
    ...rest
  ],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      // For the programs that tests start by name.
      PATH: path.dirname(node) + path.delimiter + process.env["PATH"],
      NODE_OPTIONS: `${process.env["NODE_OPTIONS"] ?? ""} --import=${pathToFileURL(path.join(root, "tools/recorder.ts"))}`,
      LE_AUTH_TEST_FOLDER: folder,
      LE_AUTH_OPENED: opened
    }
  }
)
if (error !== undefined) throw error
const files = fs.existsSync(opened) ? fs.readFileSync(opened, "utf8").trim().split("\n") : []
fs.writeFileSync(opened, `${[...new Set(files)].toSorted().join("\n")}\n`)
// What vitest wrote down counts, too: a package that a test loads may have ended the process with 0.
const { success } = fs.existsSync(results) ? JSON.parse(fs.readFileSync(results, "utf8")) : { success: false }
process.exitCode = status === 0 && !success ? 1 : (status ?? 1)
