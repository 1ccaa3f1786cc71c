// Changes the protocol's files, one place at a time, and counts the changes that no test notices.
//
// `npm run mutate` does so with all of protocol.mjs, `npm run mutate -- packages/core/src/SignIn.ts` with a file or folder. Fails
// below the threshold. What was not noticed is printed, and in build/mutation/survivors.json; accepted.json says which of it
// makes no difference, and why.
import { spawn } from "node:child_process"
import { once } from "node:events"
import fs from "node:fs"
import { availableParallelism } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { instrument } from "./changes.mjs"
import { append, read } from "./log.mjs"
import { protocol, threshold } from "./protocol.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))
const build = path.join(root, "build/mutation")
const processes = availableParallelism()

/** First the quick tests, which notice most. Slower ones would take longer than all the others, so they do not count. */
const slowestTests = [100, 2000]
/** In how many processes a test file is run that some change left in another state; afterwards it does not count. */
const attempts = 5
/** Without a sign of life. */
const patience = 120_000

/** @typedef {import("./changes.mjs").Change} Change */

/**
 * Runs vitest, and says whether all tests pass.
 * @param {ReadonlyArray<string>} args
 * @param {Record<string, string>} env
 * @param {() => string} progress what changes as long as it lives; else it is ended
 */
async function vitest(args, env, progress = () => "") {
  const config = path.join(import.meta.dirname, "vitest.config.mjs")
  const child = spawn(
    process.execPath,
    [path.join(root, "node_modules/vitest/vitest.mjs"), "run", `--config=${config}`, ...args],
    // A group of its own, to end its workers with it.
    { cwd: root, env: { ...process.env, ...env }, stdio: "ignore", detached: true }
  )
  const end = () => process.kill(-(child.pid ?? 0), "SIGKILL")
  process.once("exit", end)
  let seen = progress()
  let since = Date.now()
  const watch = setInterval(() => {
    if (progress() !== seen) {
      seen = progress()
      since = Date.now()
    } else if (Date.now() - since > patience) end()
  }, 1000)
  const [code] = await once(child, "close")
  clearInterval(watch)
  process.off("exit", end)
  return code === 0
}

/**
 * Runs the tests of a package with its changes, in several processes.
 * @param {string} folder
 * @param {string} at where its files are
 * @param {ReadonlyArray<Change>} changes
 */
async function tryAll(folder, at, changes) {
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
    const shard = async (/** @type {number} */ index) => {
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
        await vitest(next, options, () => `${read(log).length} ${current()}`)
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
  const fileOf = new Map(changes.map(({ file, id }) => [id, file]))
  const isNoticed = async (/** @type {Change} */ { file, id }) => {
    const own = `/${path.basename(file, ".ts")}.test.ts`
    const tests = new Set(
      entries.flatMap((entry) =>
        entry.file !== undefined && entry.reached?.some((reached) => fileOf.get(reached) === file) ? entry.file : []
      )
    )
    const groups = [[...tests].filter((test) => test.endsWith(own)), [...tests].filter((test) => !test.endsWith(own))]
    for (const group of groups) {
      if (group.length > 0 && !(await vitest(["--bail=1", ...group], { ...env, __STRYKER_ACTIVE_MUTANT__: id }))) {
        return true
      }
    }
    return false
  }
  const worker = async () => {
    for (let change = queue.shift(); change !== undefined; change = queue.shift()) {
      if (await isNoticed(change)) append(log, { noticed: change.id, by: "a test, with the module loaded anew" })
    }
  }
  await Promise.all(Array.from({ length: processes }, worker))
  return left()
}

/** @type {ReadonlyArray<{ file: string, code: string, reason: string }>} */
const accepted = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "accepted.json"), "utf8"))
/** @param {Change} change */
const entryOf = ({ code, file }) => accepted.find((entry) => entry.code === code && entry.file === file)

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => process.exit(130))

const wanted = process.argv.slice(2).map((file) => path.relative(root, path.resolve(file)).replaceAll(path.sep, "/"))
const isWanted = (/** @type {string} */ file) =>
  wanted.length === 0 || wanted.some((name) => file === name || file.startsWith(`${name}/`))
const started = Date.now()

/** @type {Change[]} */
const all = []
/** @type {Change[]} */
const survivors = []
for (const [folder, names] of Object.entries(protocol)) {
  const files = names.map((name) => `${folder}/${name}`).filter(isWanted)
  if (files.length === 0) continue
  const at = path.join(build, path.basename(folder))
  fs.rmSync(at, { recursive: true, force: true })
  const changes = await instrument(root, files, path.join(at, "sources"))
  const unnoticed = await tryAll(folder, at, changes)
  all.push(...changes)
  survivors.push(...unnoticed)
  for (const file of files)
    report(
      file,
      changes.filter((change) => change.file === file),
      unnoticed
    )
}
if (all.length === 0) throw new Error(`none of these files is in tools/mutate/protocol.mjs: ${wanted.join(" ")}`)
fs.writeFileSync(path.join(build, "survivors.json"), JSON.stringify(survivors, null, 2))

const score = report("all", all, survivors)
const open = survivors.filter((change) => entryOf(change) === undefined)
for (const { code, file, line, replacement } of open) console.log(`${file}:${line}  ${code}  →  ${replacement}`)
console.log(`${open.length} to look at, ${Math.ceil((Date.now() - started) / 60_000)} minutes`)

const files = new Set(all.map(({ file }) => file))
const used = new Set(survivors.map(entryOf))
const stale = accepted.filter((entry) => files.has(entry.file) && !used.has(entry))
for (const { code, file } of stale)
  console.error(`accepted.json: a test notices this now, so remove it: ${file} ${code}`)
if (score < threshold) console.error(`below ${threshold} %`)
process.exitCode = score < threshold || stale.length > 0 ? 1 : 0

/**
 * @param {string} name
 * @param {ReadonlyArray<Change>} changes
 * @param {ReadonlyArray<Change>} unnoticed
 */
function report(name, changes, unnoticed) {
  const noticed = changes.filter((change) => !unnoticed.includes(change)).length
  const percent = changes.length === 0 ? 100 : (100 * noticed) / changes.length
  console.log(
    `${percent.toFixed(1).padStart(5)} %  ${String(noticed).padStart(4)} of ${String(changes.length).padEnd(4)}  ${name}`
  )
  return percent
}
