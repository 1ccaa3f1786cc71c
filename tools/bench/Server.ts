// Sentinel beside its peers: `npm run bench -- server [table]`. Ends with 1 if a budget is missed.
//
// Cold is the first requests of a kind that a fresh process gets, the best of several processes. Warm comes after
// 20,000 requests of the kind: rounds of a few seconds in turns, the order turned around each time, the best of them.
// The load comes from wrk where it is installed, and the CPU is what the server's process says that it has used.
import type * as Budgets from "./budgets.ts"
import { median } from "./Harness.ts"
import { isShort, table } from "./Options.ts"
import { Run } from "./Verdicts.ts"
import { flows } from "./server/Flows.ts"
import { floor } from "./server/Floor.ts"
import type { Kind } from "./server/Job.ts"
import { leAuth } from "./server/LeAuth.ts"
import { begin, loadedBy, versions } from "./server/Loads.ts"
import { nodeOauth } from "./server/NodeOauth.ts"
import { oidcProvider } from "./server/OidcProvider.ts"
import { start, type Contestant } from "./server/Running.ts"

const run = new Run("server")
const processes = isShort ? 1 : 3
const firstRequests = isShort ? 200 : 1000
const warmUp = isShort ? 500 : 20_000
const rounds = isShort ? 1 : 3
const seconds = isShort ? 0.3 : 2.5
console.log(`the load comes from ${loadedBy}`)

// Flow comes before exchange: an exchange is a part of it, and is warm then.
const tables: ReadonlyArray<{ kind: Kind; of: readonly Contestant[]; connections: readonly number[] }> = [
  { kind: "authorize", of: [floor, leAuth, nodeOauth, oidcProvider], connections: [50, 1] },
  { kind: "refresh", of: [floor, leAuth, nodeOauth], connections: [50] },
  { kind: "keys", of: [floor, leAuth, oidcProvider], connections: [50] },
  { kind: "flow", of: [floor, leAuth, oidcProvider], connections: [50] },
  { kind: "exchange", of: [floor, leAuth, oidcProvider], connections: [50] }
]

const turned = <A>(turns: readonly A[], round: number) => (round % 2 === 0 ? turns : turns.toReversed())
const better = (results: Budgets.Result, name: string, { cpu, rate }: { rate: number; cpu: number }) => {
  const known = results[name]
  results[name] = { rate: Math.max(known?.rate ?? 0, rate), cpu: Math.min(known?.cpu ?? Infinity, cpu) }
}

// Start and memory first, while no other server runs.
if ("start".startsWith(table)) {
  const contestants = [floor, leAuth, nodeOauth, oidcProvider]
  const took = new Map(contestants.map(({ name }) => [name, { milliseconds: [] as number[], memory: [] as number[] }]))
  for (let round = 0; round < (isShort ? 1 : 9); round++) {
    for (const contestant of turned(contestants, round)) {
      const server = await start(contestant)
      took.get(contestant.name)?.milliseconds.push(server.startMilliseconds)
      took.get(contestant.name)?.memory.push((await server.use()).memory.rss / 2 ** 20)
      await server.stop()
    }
  }
  const times: Budgets.Result = {}
  const sizes: Budgets.Result = {}
  for (const [name, { memory, milliseconds }] of took) {
    times[name] = { milliseconds: Math.min(...milliseconds) }
    sizes[name] = { mebibytes: median(memory) }
  }
  run.add("start", times)
  run.add("start, memory", sizes)
}

if ("memory".startsWith(table)) {
  const result: Budgets.Result = {}
  const count = isShort ? 1000 : 50_000
  for (const contestant of [floor, leAuth, nodeOauth]) {
    const steps = await flows(contestant, count, count / 2)
    result[contestant.name] = { mebibytes: steps.at(-1)?.rss ?? Number.NaN }
  }
  run.add("memory", result)
}

const wanted = tables.filter(({ kind }) => kind.startsWith(table))
for (const { connections, kind, of } of wanted) {
  for (const count of connections) {
    const cold: Budgets.Result = {}
    for (let round = 0; round < processes; round++) {
      for (const contestant of turned(of, round)) {
        const server = await begin(contestant)
        better(cold, contestant.name, await server.load(kind, count, firstRequests))
        await server.stop()
      }
    }
    run.add(`${kind}/${count}/cold`, cold)
  }
}

const everybody = [floor, leAuth, nodeOauth, oidcProvider].filter((each) => wanted.some(({ of }) => of.includes(each)))
const running = await Promise.all(everybody.map(begin))
const hasRun = new Set<Kind>()
for (const { connections, kind, of } of wanted) {
  const turns = running.filter(({ contestant }) => of.includes(contestant))
  const isWarm = kind === "exchange" && hasRun.has("flow")
  const rates = new Map<string, number>()
  for (const { load, name } of turns) rates.set(name, (await load(kind, 50, isWarm ? 1000 : warmUp)).rate)
  hasRun.add(kind)
  for (const count of connections) {
    const warm: Budgets.Result = {}
    for (let round = 0; round < rounds; round++) {
      for (const { load, name } of turned(turns, round)) {
        // As many as take that long; with one connection a third of it.
        const times = Math.ceil((rates.get(name) ?? 0) * seconds * (count === 1 ? 1 / 3 : 1))
        better(warm, name, await load(kind, count, times))
      }
    }
    run.add(`${kind}/${count}/warm`, warm)
  }
}
for (const { stop } of running) await stop()

run.end(["@node-oauth/oauth2-server", "express", "oidc-provider", "autocannon"], versions)
