// The client beside its peers: `npm run bench -- client [table]`. Ends with 1 if a budget is missed.
//
// Each contestant of each work has a process of its own, so that none of them meets code that another one has warmed.
// Cold is its first thousand calls, the best of several such processes. Warm comes after 20,000 calls: rounds in turns,
// the order turned around each time, the best of them. What else the machine does only ever adds to a round, and the
// best is the nearest to what the work itself takes.
import { type ChildProcess, fork } from "node:child_process"

import * as Budgets from "./budgets.ts"
import { isShort, table } from "./Options.ts"
import { Run } from "./Verdicts.ts"
import { contestants } from "./client/Works.ts"

const run = new Run("client")
/** Fresh processes, whose first thousand calls are cold. */
const starts = isShort ? 1 : 3
const rounds = isShort ? 2 : 15
const milliseconds = isShort ? 50 : 100
const firstCalls = 1000
const warmUp = isShort ? 2000 : 20_000

const server = fork(new URL("client/TokenServer.ts", import.meta.url))
const port = await new Promise((resolve) => server.once("message", resolve))

interface Took {
  readonly milliseconds: number
  readonly cpu: number
  readonly heap: number
}

const ask = (child: ChildProcess, question: number | "collect"): Promise<Took> =>
  new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("a contestant has ended")))
    child.once("message", (answer) => {
      child.removeAllListeners("exit")
      resolve(answer as Took)
    })
    child.send(question)
  })

/** Starts them all, and waits until each is ready. */
const start = (names: readonly string[], work: string) =>
  Promise.all(
    names.map(async (name) => {
      const child = fork(new URL("client/Turn.ts", import.meta.url), [name, work, `http://127.0.0.1:${port}`])
      await new Promise((resolve, reject) => {
        child.once("message", resolve)
        child.once("exit", () => reject(new Error(`${name} does not start`)))
      })
      child.removeAllListeners("exit")
      return { name, child }
    })
  )

type Turns = Awaited<ReturnType<typeof start>>
const turned = (turns: Turns, round: number) => (round % 2 === 0 ? turns : turns.toReversed())

/** The best of the rounds so far. */
const better = (results: Budgets.Result, name: string, times: number, took: Took) => {
  const { cpu = Infinity, rate = 0 } = results[name] ?? {}
  results[name] = {
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
    const turns = await start(names, work)
    for (const { child, name } of turned(turns, begun)) better(cold, name, firstCalls, await ask(child, firstCalls))
    if (begun === starts) {
      const counts = new Map<string, number>()
      for (const { child, name } of turns) {
        await ask(child, warmUp - firstCalls)
        // How many calls a round has, after a trial that is long enough to tell.
        let times = 250
        for (let took = 0; took < milliseconds / 5;) {
          times *= 2
          took = (await ask(child, times)).milliseconds
          if (took >= milliseconds / 5) times = Math.ceil((times * milliseconds) / took)
        }
        counts.set(name, times)
      }
      for (let round = 0; round < rounds; round++) {
        for (const { child, name } of turned(turns, round)) {
          const times = counts.get(name) ?? 1
          better(warm, name, times, await ask(child, times))
        }
      }
    }
    for (const { child } of turns) child.disconnect()
  }
  if (has(`${work}/cold`)) run.add(`${work}/cold`, cold)
  run.add(`${work}/warm`, warm)
}

if ("heap".startsWith(table)) {
  const names = [Budgets.ours, Budgets.floor]
  const result: Budgets.Result = {}
  for (const { child, name } of await start(names, "exchange, 32")) {
    await ask(child, 3000)
    const before = await ask(child, "collect")
    await ask(child, 20_000)
    const after = await ask(child, "collect")
    result[name] = { mebibytes: (after.heap - before.heap) / 2 ** 20 }
    child.disconnect()
  }
  run.add("heap", result)
}
server.disconnect()

run.end([
  "@badgateway/oauth2-client",
  "client-oauth2",
  "jose",
  "jsonwebtoken",
  "oauth4webapi",
  "openid-client",
  "simple-oauth2",
  "undici"
])
