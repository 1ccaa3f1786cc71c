// The client beside its peers: `npm run bench -- client [table]`. Ends with 1 if a budget is missed.
//
// Each contestant of each work has a process of its own, so that none of them meets code that another one has warmed.
// Cold is its first thousand calls, the best of several such processes. Warm comes after 20,000 calls: rounds in turns,
// the order turned around each time, the best of them. What else the machine does only ever adds to a round, and the
// best is the nearest to what the work itself takes.
import * as Budgets from "./budgets.ts"
import { isShort, table } from "./Options.ts"
import { Run } from "./Verdicts.ts"
import { start, type Took, tokenServer } from "./client/Turns.ts"
import { contestants } from "./client/Works.ts"

const results = new Run("client")
/** Fresh processes, whose first thousand calls are cold. */
const starts = isShort ? 1 : 3
const rounds = isShort ? 2 : 15
const milliseconds = isShort ? 50 : 100
const firstCalls = 1000
const warmUp = isShort ? 2000 : 20_000

const server = await tokenServer()

type Turns = Awaited<ReturnType<typeof start>>
const turned = (turns: Turns, round: number) => (round % 2 === 0 ? turns : turns.toReversed())

/** The best of the rounds so far. */
const better = (known: Budgets.Result, name: string, times: number, took: Took) => {
  const { cpu = Infinity, rate = 0 } = known[name] ?? {}
  known[name] = {
    rate: Math.max(rate, (times * 1000) / took.milliseconds),
    cpu: Math.min(cpu, took.cpu / times)
  }
}

const has = (id: string) => Budgets.works.some((work) => work.id === `client/${id}`)

for (const [work, names] of Object.entries(contestants)) {
  if (!work.startsWith(table)) continue
  const cold: Budgets.Result = {}
  const warm: Budgets.Result = {}
  for (let begun = 1; begun <= starts; begun++) {
    const turns = await start(names, [work], server.origin)
    for (const { name, run } of turned(turns, begun)) better(cold, name, firstCalls, await run(firstCalls))
    if (begun === starts) {
      const counts = new Map<string, number>()
      await Promise.all(turns.map(({ run }) => run(warmUp - firstCalls)))
      for (const { name, run } of turns) {
        // How many calls a round has, after a trial that is long enough to tell.
        let times = 250
        for (let took = 0; took < milliseconds / 5;) {
          times *= 2
          took = (await run(times)).milliseconds
          if (took >= milliseconds / 5) times = Math.ceil((times * milliseconds) / took)
        }
        counts.set(name, times)
      }
      for (let round = 0; round < rounds; round++) {
        for (const { name, run } of turned(turns, round)) {
          const times = counts.get(name) ?? 1
          better(warm, name, times, await run(times))
        }
      }
    }
    for (const { stop } of turns) stop()
  }
  if (has(`${work}/cold`)) results.add(`${work}/cold`, cold)
  results.add(`${work}/warm`, warm)
}

if ("heap".startsWith(table)) {
  const names = [Budgets.ours, Budgets.floor]
  const result: Budgets.Result = {}
  for (const { name, run, stop } of await start(names, ["exchange, 32"], server.origin)) {
    await run(3000)
    result[name] = { mebibytes: (await run(20_000)).kept / 2 ** 20 }
    stop()
  }
  results.add("heap", result)
}
server.stop()

results.end([
  "@badgateway/oauth2-client",
  "client-oauth2",
  "jose",
  "jsonwebtoken",
  "oauth4webapi",
  "openid-client",
  "simple-oauth2",
  "undici"
])
