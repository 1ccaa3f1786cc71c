/** Requests beside a clean-up: what it does to the slowest of them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import { Client } from "pg"
import { build, openSentinel, sqlClient } from "./Engines.ts"
import { fillPostgres, newDatabase } from "./Growth.ts"
import { ours, type Side } from "./Sides.ts"
import type { Bench } from "./Speed.ts"
import { day, hour, namesOf, now, sentinelSteps } from "./Work.ts"

const rounds = 3
const signIns = 60_000
const atMost = 1.5
const tables = ["code", "access", "refresh", "grant", "session"].map((name) => `sentinel_${name}`)
const real = Clock.Clock.defaultValue()
let made = 0

/** How much of `work` took longest, while sign-ins go on: the 99th of 100. */
const p99While = async (side: Side, work: Promise<unknown>) => {
  const state = { goesOn: true }
  void work.finally(() => (state.goesOn = false))
  const all: Array<number> = []
  while (state.goesOn) {
    const names = Array.from({ length: 200 }, () => namesOf(`beside ${process.pid} ${made++}`))
    for (const step of sentinelSteps.keys()) all.push(...(await side.run(step, names, 8)).each)
  }
  return all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? Number.NaN
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

export const cleanUp = async ({ postgres, verdict }: Bench) => {
  const ratios: Array<[number, string]> = []
  for (let round = 0; round < rounds; round++) {
    const url = await newDatabase(postgres, `cleanup${round}`)
    // A node of 60 days ago makes the partitions that the rows of that time are in.
    const then = now - 60 * day
    const clock: Clock.Clock = Object.assign(Object.create(real), {
      currentTimeMillisUnsafe: () => then,
      currentTimeMillis: Effect.succeed(then)
    })
    const past = await build(
      SentinelStoreSql.layer.pipe(Layer.provide(sqlClient(url)), Layer.provide(Layer.succeed(Clock.Clock, clock)))
    )
    await past.close()
    await fillPostgres(url, signIns, "expired", then, hour)
    const { rest, stop } = watch(url)
    // Its clean-up runs at once, with all that is expired, so the requests are those of the node that cleans up.
    const began = performance.now()
    const node = await openSentinel(url)
    const side = ours("le-auth", node.store, sentinelSteps)
    const during = await p99While(
      side,
      (async () => {
        while (await rest()) await wait(50)
      })()
    )
    const took = performance.now() - began
    const after = await p99While(side, wait(Math.max(2000, Math.min(10_000, took))))
    ratios.push([
      during / after,
      `${(took / 1000).toFixed(1)} s; p99 ${during.toFixed(2)} ms beside it, ${after.toFixed(2)} ms without`
    ])
    await node.close()
    await stop()
  }
  const [ratio, text] = ratios.toSorted(([a], [b]) => a - b)[Math.floor(rounds / 2)]!
  console.log(`\ncleanup: PostgreSQL, ${(signIns * 5).toLocaleString("en")} expired rows, 8 requests at once`)
  verdict(ratio <= atMost, `${text}: ${ratio.toFixed(2)}x; the budget is ${atMost}x`)
}

/** Whether expired rows are left. */
const watch = (url: string) => {
  const text = tables.map((name) => `SELECT 1 FROM ${name} WHERE forget_at <= ${now}`)
  const client = new Client({ connectionString: url })
  const connected = client.connect()
  return {
    rest: async () => {
      await connected
      const { rows } = await client.query(`SELECT ${text.map((one) => `EXISTS (${one})`).join(" OR ")} AS is_left`)
      return rows[0].is_left === true
    },
    stop: () => client.end()
  }
}
