// What came of all tests: the slowest files, what a developer left out, which tests failed and how many passed, as the
// last line. Fails when a test failed or none ran. The results are those that tools/run-tests.ts left, or that Nx took
// out of its cache.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { folders, isLeftOut, programs, testFiles } from "./needs.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const files = folders().flatMap((folder) => testFiles(folder).map((each) => ({ ...each, folder })))

type Result = { status: string; fullName: string; failureMessages?: string[] }
type Suite = { name: string; status: string; startTime: number; endTime: number; assertionResults: Result[] }
let passed = 0
let failed = 0
let skipped = 0
const suites = new Map<string, Suite>()
const expected = files.filter((each) => !each.isLeftOut)
for (const file of new Set(expected.map(({ folder, target }) => `${folder}/build/${target}.json`))) {
  if (!fs.existsSync(path.join(root, file))) continue
  const { numFailedTests, numPassedTests, numPendingTests, testResults } = JSON.parse(
    fs.readFileSync(path.join(root, file), "utf8")
  )
  passed += numPassedTests
  failed += numFailedTests
  skipped += numPendingTests
  for (const suite of testResults) suites.set(path.relative(root, suite.name).replaceAll(path.sep, "/"), suite)
}

// A file that did not run, or that cannot even be loaded, has no tests that could fail; it counts as one failure.
const silent = expected.filter(({ file }) => {
  const suite = suites.get(file)
  return suite === undefined || (suite.status === "failed" && suite.assertionResults.length === 0)
})
failed += silent.length

const seconds = ({ endTime, startTime }: Suite) => ((endTime - startTime) / 1000).toFixed(1).padStart(7)
const slowest = [...suites].toSorted(([, a], [, b]) => b.endTime - b.startTime - (a.endTime - a.startTime)).slice(0, 10)
console.log("\nThe slowest files, in seconds:")
for (const [file, suite] of slowest) console.log(`${seconds(suite)}  ${file}`)

const without = Object.keys(programs).filter(isLeftOut)
if (without.length > 0) {
  console.log(`\nLeft out by LE_AUTH_TEST_WITHOUT=${without.join(",")}:`)
  for (const each of files) {
    const lacks = each.needs.filter((name) => without.includes(name))
    if (lacks.length > 0) console.log(`  ${each.file}${each.isLeftOut ? "" : `, in ${lacks.join(" and ")}`}`)
  }
}
for (const { file } of silent) console.log(`did not run: ${file}`)
// What a contract could not show under the clock that it ran with.
const unproven = [...suites.values()].flatMap((suite) =>
  suite.assertionResults.filter(({ status }) => status === "todo")
)
if (unproven.length > 0) console.log("\nNot proven:")
for (const { fullName } of unproven) console.log(`  ${fullName}`)
if (skipped > 0) console.log(`${skipped} skipped`)
// Last, since a log that is cut off keeps its end.
const failures = [...suites].flatMap(([file, { assertionResults }]) =>
  assertionResults.filter(({ status }) => status === "failed").map((result) => ({ file, ...result }))
)
if (failures.length > 0) console.log("\nFailed:")
for (const { file, fullName, failureMessages = [] } of failures) {
  const [first = ""] = failureMessages.join("\n").split("\n")
  console.log(`  ${file}: ${fullName}\n    ${first.slice(0, 300)}`)
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
