/** Two nodes on one PostgreSQL beside one: what they use of CPU for each request. */
import { randomBytes } from "node:crypto"
import { isShort, others } from "../Options.ts"
import { leAuth } from "../server/LeAuth.ts"
import { begin } from "../server/Loads.ts"
import { newDatabase } from "./Fill.ts"
import type { Bench } from "./Speed.ts"

const rounds = isShort ? 1 : 24
const connections = 32
/** Of one round. */
const times = isShort ? 64 : 400
/** Requests to each node before the first round. */
const warmUp = isShort ? 64 : 10_000
const atMost = 1.18
const kinds = ["authorize", "refresh", "flow", "exchange"] as const

export const nodes = async ({ postgres, verdict }: Bench) => {
  // What the nodes must have in common.
  process.env["LE_AUTH_SEAL_KEYS"] = randomBytes(32).toString("base64url")
  const url = await newDatabase(postgres, "nodes")
  const node = { ...leAuth, command: (port: number) => [...leAuth.command(port), "--store", url] }
  const both = [await begin(node), await begin(node)]

  /** Microseconds of CPU for one operation, of these nodes together, with the load spread over them. */
  const measure = async (some: typeof both, kind: (typeof kinds)[number]) => {
    const share = 1 / some.length
    const results = await Promise.all(some.map(({ load }) => load(kind, connections * share, times * share)))
    return results.reduce((sum, { cpu }) => sum + cpu * share, 0)
  }

  await Promise.all(both.map(({ load }) => load("refresh", connections, warmUp)))
  await Promise.all(both.map(({ load }) => load("flow", connections, warmUp / 2)))
  console.log(`\nnodes: two on one PostgreSQL beside one, ${connections} connections in all`)
  for (const kind of kinds.filter((kind) => (others[0] ?? kind) === kind)) {
    // The best of many rounds: what else the machine does only ever adds.
    const [first, second, two]: [Array<number>, Array<number>, Array<number>] = [[], [], []]
    for (let round = -1; round < rounds; round++) {
      // Each is the one, in turns: no two processes are equally warm.
      const figures = [
        await measure([both[0]!], kind),
        await measure(both, kind),
        await measure([both[1]!], kind)
      ] as const
      if (round < 0) continue
      for (const [index, all] of [first, two, second].entries()) all.push(figures[index]!)
    }
    const one = (Math.min(...first) + Math.min(...second)) / 2
    const ratio = Math.min(...two) / one
    verdict(
      ratio <= atMost,
      `${kind}: one node ${one.toFixed(0)} us of CPU, two ${Math.min(...two).toFixed(0)} us: ` +
        `${ratio.toFixed(2)}x; the budget is ${atMost}x`
    )
  }
  for (const { stop } of both) await stop()
}
