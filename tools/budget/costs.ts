// A guard against sliding back, cheap enough for each run of CI: what an operation allocates, and what CPU it takes
// beside the floor, compared with costs.json. It comes before the search of `npm run budget`.
//
//   node --conditions=@le-auth/source tools/budget/costs.ts            # fails where something got dearer
//   node --conditions=@le-auth/source tools/budget/costs.ts --write    # takes the costs of now, when they are meant
//
// Allocations are counted without the optimising compilers, between two points in a young generation so large that
// nothing is collected, and so they do not depend on how fast or how busy a machine is. Nine processes in a row, on two
// cores with a load of 20, differed by less than 1 %, refresh by 4 %, and id_token by 6 %, since its key is another one
// each time. CPU is that of optimised code, in turns with a floor that does the same work by hand, the best of many
// rounds on both sides. Under that load its ratio was up to 2.1 times that of a quieter run, and the margin is as
// large: it tells of a step that does not allocate and takes as long as all else. On a machine that busy it is not
// told at all.
import fs from "node:fs"
import os from "node:os"

import * as Clients from "../bench/client/Turns.ts"
import { Connection, load } from "../bench/server/Connection.ts"
import { floor } from "../bench/server/Floor.ts"
import { leAuthSources } from "../bench/server/LeAuth.ts"
import { operations } from "../bench/server/Operations.ts"
import { type Contestant, start } from "../bench/server/Running.ts"

const file = new URL("costs.json", import.meta.url)

/** How much dearer is told, as a share. */
const margins = { bytes: 0.12, cpu: 1.2 }

/** How long more rounds are tried of an operation that seems to be too dear. */
const longest = 8000

/** Then its caches and cores are those of others, and a ratio of CPU says nothing. */
const isBusy = () => (os.loadavg()[0] ?? 0) > 2 * os.availableParallelism()

interface Cost {
  /** Allocated by one operation. */
  readonly bytes: number
  /** CPU of one operation, in relation to the floor. */
  readonly cpu: number
}

const counting = ["--no-opt", "--no-maglev", "--min-semi-space-size=256", "--max-semi-space-size=256"]
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const known = <A>(value: A | undefined): A => {
  if (value === undefined) throw new Error("a contestant is missing")
  return value
}

/** One contestant: what a number of operations cost. */
interface Turn {
  readonly run: (times: number) => Promise<{ readonly allocated: number; readonly cpu: number }>
}

/** Bytes of one operation, once all is loaded and every cache is filled. */
const bytesOf = async ({ run }: Turn, times: number) => {
  await run(times)
  const rounds = []
  for (let round = 0; round < 5; round++) rounds.push((await run(times)).allocated / times)
  return median(rounds)
}

/**
 * CPU of ours in relation to the floor: the best of each. It goes on where that is too much, since what else the
 * machine does only ever adds to a round, and more rounds find better moments of both.
 */
const cpuOf = async (ours: Turn, bare: Turn, times: number, limit: number) => {
  for (const { run } of [ours, bare]) for (let round = 0; round < 5; round++) await run(times)
  let [own, least] = [Infinity, Infinity]
  const until = performance.now() + longest
  for (let round = 0; round < 10 || (own / least > limit && performance.now() < until); round++) {
    own = Math.min(own, (await ours.run(times)).cpu)
    least = Math.min(least, (await bare.run(times)).cpu)
  }
  return own / least
}

const before: Record<string, Cost> = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {}
const limitOf = (name: string) => (before[name]?.cpu ?? Infinity) * (1 + margins.cpu)

const costs: Record<string, Cost> = {}

/** How many operations are counted and timed at a time. */
type Times = Record<string, readonly [counted: number, timed: number]>

const asked = async (works: Times) => {
  const server = await Clients.tokenServer()
  const names = Object.keys(works)
  const [[counted], [ours, bare]] = await Promise.all([
    Clients.start(["le-auth"], names, server.origin, counting),
    Clients.start(["le-auth", "floor"], names, server.origin)
  ])
  const all = [counted, ours, bare].map((each) => known(each))
  for (const [work, [counts, times]] of Object.entries(works)) {
    const [one, own, other] = all.map(({ run }) => ({ run: (count: number) => run(count, work) }))
    const bytes = await bytesOf(known(one), counts)
    costs[work] = { bytes, cpu: await cpuOf(known(own), known(other), times, limitOf(work)) }
  }
  for (const { stop } of all) stop()
  server.stop()
}

/** A server whose operations are asked for one at a time, so that each has its own cost alone. */
const serve = async (contestant: Contestant, options: string[] = []) => {
  const isCounted = options.length > 0
  const server = await start(contestant, options)
  const cookies: string[] = []
  for (let session = 0; session < 16; session++) cookies.push(await contestant.signIn(server.origin))
  const { isReady, prepared } = operations(contestant, cookies)
  const first = new Connection(server.port)
  await isReady(first)
  first.close()
  const turn = (work: string): Turn => ({
    run: async (times) => {
      // One that idles while others have their turn would be closed.
      const connection = new Connection(server.port)
      const once = await prepared[work]?.([connection], times)
      if (once === undefined) throw new Error(`there is no ${work}`)
      const before = await (isCounted ? server.collected() : server.use())
      await load([connection], times, once)
      const after = await server.use()
      connection.close()
      return { allocated: after.memory.heapUsed - before.memory.heapUsed, cpu: after.cpu - before.cpu }
    }
  })
  return { turn, stop: server.stop }
}

const served = async (works: Times) => {
  const [counted, ours, bare] = await Promise.all([serve(leAuthSources, counting), serve(leAuthSources), serve(floor)])
  for (const [work, [counts, times]] of Object.entries(works)) {
    const name = `Sentinel's ${work}`
    const bytes = await bytesOf(counted.turn(work), counts)
    costs[name] = { bytes, cpu: await cpuOf(ours.turn(work), bare.turn(work), times, limitOf(name)) }
  }
  for (const { stop } of [counted, ours, bare]) await stop()
}

const began = performance.now()
await asked({
  start: [300, 2000],
  callback: [300, 20_000],
  "exchange, 32": [300, 200],
  "refresh, 32": [300, 200],
  id_token: [300, 200]
})
await served({ authorize: [150, 250], exchange: [100, 100], refresh: [100, 100] })

const busy = isBusy()
let isWithin = true
const say = (name: string, what: string, now: number, usual: number | undefined, margin: number, unit: string) => {
  const more = usual === undefined ? Number.NaN : now / usual - 1
  const isDearer = !(more <= margin)
  if (isDearer) isWithin = false
  const amount = (value: number) => value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 2 : 0 }) + unit
  const against = usual === undefined ? "no cost is known" : `${amount(usual)} before`
  console.log(
    `${isDearer ? "✗" : "✓"} ${name.padEnd(22)} ${what} ${amount(now).padStart(14)}, ${against}` +
      (isDearer ? `: ${(more * 100).toFixed(0)} % dearer, where ${margin * 100} % are allowed` : "")
  )
}
for (const [name, { bytes, cpu }] of Object.entries(costs)) {
  say(name, "allocates", bytes, before[name]?.bytes, margins.bytes, " bytes")
  say(name, "takes CPU", cpu, before[name]?.cpu, busy ? Infinity : margins.cpu, "x floor")
}
if (busy) console.log("The machine is too busy to say anything of CPU.")
console.log(`${((performance.now() - began) / 1000).toFixed(0)} seconds`)
if (process.argv.includes("--write")) {
  const rounded = Object.entries(costs).map(([name, { bytes, cpu }]) => [
    name,
    { bytes: Math.round(bytes), cpu: Number(cpu.toPrecision(3)) }
  ])
  fs.writeFileSync(file, `${JSON.stringify(Object.fromEntries(rounded), undefined, 2)}\n`)
} else if (!isWithin) {
  console.log("Look for the change that made it dearer, or take the new cost: tools/budget/costs.ts --write")
  process.exitCode = 1
}
