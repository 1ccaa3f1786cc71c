// A runner of vitest that runs each test as it is, and then once with each change that the test reaches and none has
// noticed yet. The changes are in the modules already, each behind a switch, so nothing is loaded anew.
import fs from "node:fs"

import { TestRunner, type RunnerTestCase, type RunnerTestSuite } from "vitest"

import { append, read } from "./log.ts"

const { LE_AUTH_MUTATE_LOG: log = "", LE_AUTH_MUTATE_NOW: now = "", LE_AUTH_MUTATE_SLOWEST: slowest } = process.env
const changes = new Set(JSON.parse(process.env["LE_AUTH_MUTATE_CHANGES"] ?? "[]") as string[])

/** More often than any test passes by a place: an endless loop. */
const hitLimit = 100_000

/** What the instrumented modules read and write (`@stryker-mutator/instrumenter`). */
const switches = { activeMutant: "", currentTestId: "", hitCount: 0, hitLimit, mutantCoverage: coverage() }
Object.assign(globalThis, { __stryker__: switches })

function coverage(): { static: Record<string, number>; perTest: Record<string, Record<string, number>> } {
  return { static: {}, perTest: {} }
}

export default class Mutating extends TestRunner {
  /** Whether a change was tried in this process: then a test that fails as it is may only need a new one. */
  #isUsed = false

  async runTask(test: RunnerTestCase) {
    const known = read(log)
    if (known.some(({ done }) => done === test.id)) return
    const run = TestRunner.getTestFn(test)
    const started = performance.now()
    const reached = await reachedBy(run).catch((error) => {
      append(log, this.#isUsed ? { again: test.file.filepath } : { broken: `${test.file.name}: ${test.name}` })
      throw error
    })
    const elapsed = performance.now() - started
    if (elapsed > Number(slowest)) return

    const noticed = new Set(known.map((entry) => entry.noticed))
    const unclear = new Set(known.map((entry) => entry.unclear))
    const left = reached.filter((id) => changes.has(id) && !noticed.has(id))
    // What failed after others is tried first, in a new process.
    const ordered = left.toSorted((a, b) => Number(unclear.has(b)) - Number(unclear.has(a)))

    // A failure counts if the test passes without the change, just before or right after.
    let hasPassed = true
    for (const id of ordered) {
      fs.writeFileSync(now, id)
      this.#isUsed = true
      const fails = !(await passes(run, id, 5000 + 20 * elapsed))
      if (fails) {
        const passesAgain = await passes(run, "", 120_000)
        append(log, passesAgain || hasPassed ? { noticed: id, by: test.name } : { unclear: id })
        if (!passesAgain) {
          fs.writeFileSync(now, "")
          append(log, { again: test.file.filepath })
          return
        }
      }
      hasPassed = fails
    }
    fs.writeFileSync(now, "")
    append(log, { done: test.id })
  }

  onBeforeCollect() {
    switches.currentTestId = ""
  }

  onBeforeRunFiles() {
    append(log, { loading: Object.keys(switches.mutantCoverage.static) })
  }

  override async onAfterRunSuite(suite: RunnerTestSuite) {
    await super.onAfterRunSuite(suite)
    if ("filepath" in suite) append(log, { file: suite.file.filepath })
  }
}

/** Runs a test as it is. */
async function reachedBy(run: () => unknown) {
  const reached = (switches.mutantCoverage.perTest["as it is"] = {})
  switches.currentTestId = "as it is"
  try {
    await run()
  } finally {
    switches.currentTestId = "changed"
  }
  return Object.keys(reached)
}

/**
 * Whether a test passes with a change, in time.
 * @param limit milliseconds
 */
async function passes(run: () => unknown, change: string, limit: number) {
  switches.activeMutant = change
  switches.hitCount = 0
  let timer
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("too late")), limit)
    })
    await Promise.race([run(), late])
    return true
  } catch {
    return false
  } finally {
    clearTimeout(timer)
    switches.activeMutant = ""
  }
}
