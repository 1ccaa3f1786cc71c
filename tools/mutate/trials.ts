// Runs the tests of a package with each change of it, and says which changes none of them notices.
import { spawn } from "node:child_process"
import { once } from "node:events"
import fs from "node:fs"
import { availableParallelism } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { append, read } from "./log.ts"
import type { Change } from "./changes.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const processes = availableParallelism()

/**
 * First the quick tests, which notice most. Slower ones would take longer than all the others, so they do not count.
 */
const slowestTests = [100, 2000]
/** In how many processes a test file is run that some change left in another state; afterwards it does not count. */
const attempts = 5
/** How many seconds a process may try one change, and all tests with one. */
const patience = { one: 120, all: 900 }

/** Runs vitest, and says whether all tests pass. It is ended if there is no progress for a number of seconds. */
async function vitest(
  args: ReadonlyArray<string>,
  env: Record<string, string>,
  limit: number,
  progress: () => string = () => ""
) {
  const config = path.join(import.meta.dirname, "vitest.config.ts")
  const child = spawn(
    process.execPath,
    [path.join(root, "node_modules/vitest/vitest.mjs"), "run", `--config=${config}`, ...args],
    // A group of its own, to end its workers with it.
    { cwd: root, env: { ...process.env, ...env }, stdio: "ignore", detached: true }
  )
  const end = () => process.kill(-(child.pid ?? 0), "SIGKILL")
  process.once("exit", end)
  let seen = progress()
  // Counted, since the machine may have slept.
  let quietSeconds = 0
  const watch = setInterval(() => {
    quietSeconds = progress() === seen ? quietSeconds + 1 : 0
    seen = progress()
    if (quietSeconds > limit) end()
  }, 1000)
  const [code] = await once(child, "close")
  clearInterval(watch)
  process.off("exit", end)
  return code === 0
}

/**
 * The changes of a package that its tests do not notice.
 * @param at where its instrumented files are, and all else that is written
 */
export async function tryAll(folder: string, at: string, changes: ReadonlyArray<Change>) {
  const log = path.join(at, "log")
  const env = {
    LE_AUTH_TEST_FOLDER: folder,
    LE_AUTH_MUTATE_SOURCES: path.join(at, "sources"),
    LE_AUTH_MUTATE_LOG: log
  }
  const left = () => {
    const noticed = new Set(read(log).map((entry) => entry.noticed))
    return changes.filter(({ id }) => !noticed.has(id))
  }

  for (const slowest of slowestTests) {
    const shard = async (index: number) => {
      const now = path.join(at, `now-${index}`)
      const current = () => (fs.existsSync(now) ? fs.readFileSync(now, "utf8") : "")
      const all = `--shard=${index}/${processes}`
      let next = [all]
      for (let attempt = 1; attempt <= attempts && next.length > 0; attempt++) {
        fs.writeFileSync(now, "")
        const before = read(log).length
        const options = {
          ...env,
          LE_AUTH_MUTATE_NOW: now,
          LE_AUTH_MUTATE_SLOWEST: String(slowest),
          LE_AUTH_MUTATE_CHANGES: JSON.stringify(left().map(({ id }) => id))
        }
        await vitest(next, options, patience.one, () => `${read(log).length} ${current()}`)
        const broken = current()
        if (broken !== "") append(log, { noticed: broken, by: "the process, which hung or broke" })
        const again = read(log)
          .slice(before)
          .flatMap((entry) => entry.again ?? [])
        next = broken === "" ? [...new Set(again)] : [all]
      }
    }
    await Promise.all(Array.from({ length: processes }, (_, index) => shard(index + 1)))
  }

  const broken = new Set(read(log).flatMap((entry) => entry.broken ?? []))
  if (broken.size > 0) throw new Error(`tests fail without any change:\n${[...broken].join("\n")}`)

  // What is reached when a module is loaded has to be switched on before.
  const entries = read(log)
  const loading = new Set(entries.flatMap((entry) => entry.loading ?? []))
  const queue = left().filter(({ id }) => loading.has(id))
  const tests = [...new Set(entries.flatMap((entry) => entry.file ?? []))]
  const passes = (files: ReadonlyArray<string>, id: string) =>
    vitest(["--bail=1", ...files], { ...env, __STRYKER_ACTIVE_MUTANT__: id }, patience.all)
  if (queue.length > 0 && !(await passes(tests, "none"))) throw new Error("tests fail without any change")
  const isNoticed = async ({ file, id }: Change) => {
    const isOwn = (test: string) => test.endsWith(`/${path.basename(file, ".ts")}.test.ts`)
    const own = tests.filter(isOwn)
    if (own.length > 0 && !(await passes(own, id))) return true
    return !(await passes(
      tests.filter((test) => !isOwn(test)),
      id
    ))
  }
  const worker = async () => {
    for (let change = queue.shift(); change !== undefined; change = queue.shift()) {
      if (await isNoticed(change)) append(log, { noticed: change.id, by: "a test, with the module loaded anew" })
    }
  }
  await Promise.all(Array.from({ length: processes }, worker))
  return left()
}
