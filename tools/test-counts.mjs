// Prints "N passed, N failed" from the results that vitest wrote, and fails when any test failed or none ran.
import fs from "node:fs"

const [file = ""] = process.argv.slice(2)
if (!fs.existsSync(file)) {
  console.error("no test ran: vitest left no results")
  process.exit(1)
}
const results = JSON.parse(fs.readFileSync(file, "utf8"))
// A file that cannot even be loaded has no tests that could fail; it counts as one failure.
const broken = results.testResults.filter(
  (/** @type {{ status: string, assertionResults: unknown[] }} */ suite) =>
    suite.status === "failed" && suite.assertionResults.length === 0
).length
const passed = results.numPassedTests
const failed = results.numFailedTests + broken
const skipped = results.numPendingTests + results.numTodoTests
if (skipped > 0) console.log(`${skipped} skipped`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = results.success && failed === 0 && passed > 0 ? 0 : 1
