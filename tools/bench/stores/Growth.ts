/** The same work with few and with many live rows. */
import { others } from "../Options.ts"
import { openClient, openSentinel } from "./Engines.ts"
import {
  fillClientPostgres,
  fillClientRedis,
  fillClientSqlite,
  fillMemory,
  fillPostgres,
  fillSqlite,
  newDatabase,
  rowsInMemory
} from "./Fill.ts"
import { ours, type Side } from "./Sides.ts"
import type { Bench } from "./Speed.ts"
import { clientSteps, hour, namesOf, now, sentinelSteps, type Step } from "./Work.ts"

const rounds = 15
const sizes = [10_000, 1_000_000]
const atLeast = 0.8

interface Subject {
  readonly engine: string
  readonly of: "Sentinel's store" | "client stores"
  readonly steps: ReadonlyArray<Step<any>>
  /** Of each round, with 1 and with 32 at once. */
  readonly times: readonly [one: number, many: number]
  /** A store with this many live rows. */
  readonly open: (rows: number) => Promise<{ readonly store: any; readonly close: () => Promise<unknown> }>
}

const pathOf = (url: string) => url.slice("sqlite:".length)

const subjects = ({ folder, postgres, redis }: Bench): ReadonlyArray<Subject> => {
  const sentinel = { of: "Sentinel's store", steps: sentinelSteps } as const
  const client = { of: "client stores", steps: clientSteps } as const
  return [
    {
      ...sentinel,
      engine: "memory",
      times: [1000, 1000],
      open: async (rows) => {
        const opened = await openSentinel("memory:")
        fillMemory(opened.store, Math.round(rows / rowsInMemory))
        return opened
      }
    },
    {
      ...sentinel,
      engine: "SQLite",
      times: [100, 100],
      open: async (rows) => {
        const url = `sqlite:${folder}/growth${rows}.sqlite`
        const opened = await openSentinel(url)
        // All live: codes for an hour, access tokens for 8, sessions for 37 days. A sign-in is a row in each of five
        // tables.
        fillSqlite(pathOf(url), rows / 5, "filled", now, hour / 2)
        return opened
      }
    },
    {
      ...sentinel,
      engine: "PostgreSQL",
      times: [300, 960],
      open: async (rows) => {
        const url = await newDatabase(postgres, `growth${rows}`)
        const opened = await openSentinel(url)
        await fillPostgres(url, rows / 5, "filled", now, hour / 2)
        return opened
      }
    },
    {
      ...client,
      engine: "SQLite",
      times: [100, 100],
      open: async (rows) => {
        const url = `sqlite:${folder}/growth-client${rows}.sqlite`
        const opened = await openClient(url)
        fillClientSqlite(pathOf(url), rows / 2)
        return opened
      }
    },
    {
      ...client,
      engine: "PostgreSQL",
      times: [300, 960],
      open: async (rows) => {
        const url = await newDatabase(postgres, `growthclient${rows}`)
        const opened = await openClient(url)
        await fillClientPostgres(url, rows / 2)
        return opened
      }
    },
    {
      ...client,
      engine: "Redis",
      times: [300, 960],
      open: async (rows) => {
        // Each in a database of its own of one server.
        const url = `${redis}/${sizes.indexOf(rows)}`
        const opened = await openClient(url)
        // A session is two: its record, and its place among those of its account.
        await fillClientRedis(url, Math.round(rows / 3))
        return opened
      }
    }
  ]
}

let made = 0

/** The best rate of each step, with few rows and with many. */
const measure = async ({ steps }: Subject, sides: ReadonlyArray<Side>, connections: number, times: number) => {
  // Of short rounds: what else the machine does at a moment is not growth.
  const best = steps.map((): [few: number, many: number] => [0, 0])
  for (let round = -1; round < rounds; round++) {
    const names = sides.map(() => Array.from({ length: times }, () => namesOf(`growth ${process.pid} ${made++}`)))
    for (const step of steps.keys()) {
      const rates = best[step]!
      const turns = [...sides.keys()]
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
        const { rate } = await sides[turn]!.run(step, names[turn]!, connections)
        if (round >= 0) rates[turn] = Math.max(rates[turn]!, rate)
      }
    }
  }
  return best
}

export const growth = async (bench: Bench) => {
  for (const subject of subjects(bench).filter(({ engine }) => (others[0] ?? engine) === engine)) {
    const opened = []
    for (const size of sizes) opened.push(await subject.open(size))
    const sides = opened.map(({ store }) => ours<any>("le-auth", store, subject.steps))
    for (const [index, connections] of [1, 32].entries()) {
      const best = await measure(subject, sides, connections, subject.times[index]!)
      console.log(
        `\ngrowth: ${subject.of}, ${subject.engine}, ${connections} at once, from ${sizes.map((size) => size.toLocaleString("en")).join(" to ")} live rows`
      )
      for (const [step, [few, many]] of best.entries()) {
        bench.verdict(
          many / few >= atLeast,
          `${subject.steps[step]!.title}: ${(many / few).toFixed(2)}x the rate; the budget is ${atLeast}x`
        )
      }
    }
    for (const { close } of opened) await close()
  }
}
