// Runs the examples that tools/docExamples.ts has written beside its copy of this file, one after the other.
import fs from "node:fs"
import path from "node:path"

import { problems, run } from "./example.ts"

const files: ReadonlyArray<string> = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "examples.json"), "utf8")
)
for (const file of files) await run(file)
fs.writeFileSync(path.join(import.meta.dirname, "problems.json"), JSON.stringify(problems))
// What an example has left behind ends nothing.
process.exit()
