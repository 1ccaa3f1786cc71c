// Changes the protocol's files, one place at a time, and counts the changes that no test notices.
//
// `npm run mutate` does so with all of protocol.ts, `npm run mutate -- packages/core/src/SignIn.ts` with a file or
// folder. Fails below the threshold. What was not noticed is printed, and in build/mutation/survivors.json;
// accepted.json says which of it makes no difference, and why.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { instrument, type Change } from "./changes.ts"
import { protocol, threshold } from "./protocol.ts"
import { tryAll } from "./trials.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const build = path.join(root, "build/mutation")

const accepted: ReadonlyArray<{ file: string; code: string; reason: string }> = JSON.parse(
  fs.readFileSync(path.join(import.meta.dirname, "accepted.json"), "utf8")
)
const entryOf = ({ code, file }: Change) => accepted.find((entry) => entry.code === code && entry.file === file)

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130))

const wanted = process.argv.slice(2).map((file) => path.relative(root, path.resolve(file)).replaceAll(path.sep, "/"))
const isWanted = (file: string) =>
  wanted.length === 0 || wanted.some((name) => file === name || file.startsWith(`${name}/`))
const started = Date.now()

const all: Change[] = []
const survivors: Change[] = []
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
if (all.length === 0) throw new Error(`none of these files is in tools/mutate/protocol.ts: ${wanted.join(" ")}`)
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

function report(name: string, changes: ReadonlyArray<Change>, unnoticed: ReadonlyArray<Change>) {
  const noticed = changes.filter((change) => !unnoticed.includes(change)).length
  const percent = changes.length === 0 ? 100 : (100 * noticed) / changes.length
  console.log(
    `${percent.toFixed(1).padStart(5)} %  ${String(noticed).padStart(4)} of ${String(changes.length).padEnd(4)}  ${name}`
  )
  return percent
}
