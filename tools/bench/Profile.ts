// Where a Sentinel from its sources spends its time: `npm run bench -- profile flow`. Prints functions by their own
// time; the whole profile is written to tools/build for the developer tools of a browser.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { others, table } from "./Options.ts"
import { Connection, load } from "./server/Connection.ts"
import { leAuthSources } from "./server/LeAuth.ts"
import { operations } from "./server/Operations.ts"
import { start } from "./server/Running.ts"

const operation = table === "" ? "flow" : table
const times = Number(others[0] ?? 20_000)
const folder = fileURLToPath(new URL("../build/profile", import.meta.url))
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const server = await start(leAuthSources, ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=200"])
const { prepared: work } = operations(leAuthSources, [await leAuthSources.signIn(server.origin)])
const connections = Array.from({ length: 8 }, () => new Connection(server.port))
const prepare = work[operation]
if (prepare === undefined) throw new Error(`there is ${Object.keys(work).join(", ")}`)
await load(connections, times, await prepare(connections, times))
const once = await prepare(connections, times)
const before = await server.use()
await load(connections, times, once)
const after = await server.use()
await server.stop()

const [file = ""] = readdirSync(folder)
const profile = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"))
const own = new Map<string, number>()
const names = new Map(
  profile.nodes.map(({ callFrame, id }: any) => [
    id,
    `${callFrame.functionName || "(anonymous)"} ${callFrame.url.replace(/^.*\/(?=node_modules|packages|apps)/, "")}:${callFrame.lineNumber + 1}`
  ])
)
let all = 0
let time = profile.startTime
for (const [index, took] of profile.timeDeltas.entries()) {
  time += took
  const name = names.get(profile.samples[index]) as string
  if (time < before.time || time > after.time || /^\((idle|program)\)/.test(name)) continue
  own.set(name, (own.get(name) ?? 0) + took)
  all += took
}
const used = (after.cpu - before.cpu) / times
console.log(`${operation}: ${used.toFixed(0)} us of CPU each, with the profiler`)
for (const [name, took] of [...own].toSorted(([, a], [, b]) => b - a).slice(0, 70)) {
  console.log(`${((took * 100) / all).toFixed(1).padStart(6)} %  ${name}`)
}
