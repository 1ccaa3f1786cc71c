/** Requests beside a clean-up: what it does to the slowest of them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import { DatabaseSync } from "node:sqlite"
import { Client } from "pg"
import { others } from "../Options.ts"
import { build, openSentinel, sqlClient } from "./Engines.ts"
import { fillPostgres, fillSqlite, newDatabase } from "./Fill.ts"
import { ours, type Side } from "./Sides.ts"
import type { Bench } from "./Speed.ts"
import { day, hour, namesOf, now, sentinelSteps } from "./Work.ts"

const signIns = 60_000
const atMost = 1.5
const tables = ["code", "access", "refresh", "grant", "session"].map((name) => `sentinel_${name}`)
const real = Clock.Clock.defaultValue()
let made = 0

/**
 * How long 8 requests that come at once take while `work` goes on, from when they come until the last of them has its
 * answer: the 99th of 100. They come with a turn of the event loop, as requests do, so they wait for whatever holds it
 * up.
 */
const p99While = async (side: Side, work: Promise<unknown>) => {
  const state = { goesOn: true }
  void work.finally(() => (state.goesOn = false))
  const all: Array<number> = []
  while (state.goesOn) {
    const names = Array.from({ length: 8 }, () => namesOf(`beside ${process.pid} ${made++}`))
    for (const step of sentinelSteps.keys()) {
      const came = performance.now()
      await new Promise(setImmediate)
      await side.run(step, names, 8)
      all.push(performance.now() - came)
    }
  }
  return all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? Number.NaN
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

interface Subject {
  readonly engine: string
  readonly open: () => Promise<string>
  readonly fill: (url: string, then: number) => Promise<void> | void
  /** How to ask, again and again, whether expired rows are left. */
  readonly watch: (url: string) => { readonly rest: () => Promise<boolean> | boolean; readonly stop: () => unknown }
}

const left = `SELECT ${tables.map((name) => `EXISTS (SELECT 1 FROM ${name} WHERE forget_at <= ${now})`).join(" OR ")} AS is_left`

const subjects = ({ folder, postgres }: Bench): ReadonlyArray<Subject> => [
  {
    engine: "PostgreSQL",
    open: () => newDatabase(postgres, "cleanup"),
    fill: (url, then) => fillPostgres(url, signIns, "expired", then, hour),
    watch: (url) => {
      const client = new Client({ connectionString: url })
      const connected = client.connect()
      return {
        rest: async () => {
          await connected
          return (await client.query(left)).rows[0].is_left === true
        },
        stop: () => client.end()
      }
    }
  },
  {
    engine: "SQLite",
    open: async () => `sqlite:${folder}/cleanup.sqlite`,
    fill: (url, then) => fillSqlite(url.slice("sqlite:".length), signIns, "expired", then, hour),
    watch: (url) => {
      const database = new DatabaseSync(url.slice("sqlite:".length))
      const ask = database.prepare(left)
      return { rest: () => ask.get()!["is_left"] === 1, stop: () => database.close() }
    }
  }
]

const measure = async ({ fill, open, watch }: Subject) => {
  const url = await open()
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
  await fill(url, then)
  const { rest, stop } = watch(url)
  // Its clean-up runs at once, with all that is expired, so the requests are those of the node that cleans up.
  const began = performance.now()
  const node = await openSentinel(url)
  const side = ours("le-auth", node.store, sentinelSteps)
  const gone = async () => {
    while (await rest()) await wait(50)
  }
  const during = await p99While(side, gone())
  const took = performance.now() - began
  const after = await p99While(side, wait(Math.max(2000, Math.min(10_000, took))))
  await node.close()
  await stop()
  return { during, after, took }
}

export const cleanUp = async (bench: Bench) => {
  for (const subject of subjects(bench).filter(({ engine }) => (others[0] ?? engine) === engine)) {
    const { after, during, took } = await measure(subject)
    console.log(`\ncleanup: ${subject.engine}, ${(signIns * 5).toLocaleString("en")} expired rows, 8 requests at once`)
    bench.verdict(
      during / after <= atMost,
      `${(took / 1000).toFixed(1)} s; p99 ${during.toFixed(2)} ms beside it, ${after.toFixed(2)} ms without: ` +
        `${(during / after).toFixed(2)}x; the budget is ${atMost}x`
    )
  }
}
