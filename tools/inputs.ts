// Whether Nx knows what the tests read: `tools/run-tests.ts` has written down which files of the repository the tests
// of each target opened, and each of them has to be an input of that target. Else Nx would answer from its cache when
// it has changed.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { checkFilesAreInputs } from "nx/src/hasher/check-task-files.js"

import { folders, testFiles } from "./needs.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

async function unknown(folder: string, target: string) {
  const book = path.join(root, folder, "build", `${target}.files`)
  if (!fs.existsSync(book)) return []
  const { name } = JSON.parse(fs.readFileSync(path.join(root, folder, "package.json"), "utf8"))
  const opened = fs.readFileSync(book, "utf8").trim().split("\n")
  const { unmatched } = await checkFilesAreInputs(`${name}:${target}`, opened)
  return unmatched
    .filter((file) => fs.existsSync(path.join(root, file)))
    .map((file) => `${name}:${target} reads ${file}`)
}

const problems: string[] = []
for (const folder of folders()) {
  const targets = new Set(testFiles(folder).map(({ target }) => target))
  for (const target of targets) problems.push(...(await unknown(folder, target)))
}
for (const problem of problems) console.error(`${problem}, which is not an input of it: see nx.json and package.json`)
process.exitCode = problems.length === 0 ? 0 : 1
