/** Each store beside the bare driver with the same statements. */
import { median } from "../Harness.ts"
import { others } from "../Options.ts"
import { type Pair, pair } from "./Engines.ts"
import type { Measured } from "./Sides.ts"
import { namesOf } from "./Work.ts"

const rounds = 7
const budget = 0.25
let made = 0

export interface Bench {
  readonly postgres: string
  readonly redis: string
  readonly folder: string
  readonly verdict: (isKept: boolean, text: string) => void
}

/** All steps of all sides, in turns. By step, then by side. */
const measure = async ({ engine, sides, steps }: Pair, connections: number): Promise<Array<Array<Array<Measured>>>> => {
  const results = steps.map(() => sides.map((): Array<Measured> => []))
  const times = engine === "memory" ? 4000 : engine === "SQLite" ? 100 : connections === 1 ? 300 : 960
  // The first two only warm up.
  for (let round = -1; round < rounds; round++) {
    const names = sides.map(() => Array.from({ length: times }, () => namesOf(`${process.pid} ${made++}`)))
    for (const step of steps.keys()) {
      const turns = [...sides.keys()]
      for (const side of round % 2 === 0 ? turns : turns.toReversed()) {
        const measured = await sides[side]!.run(step, names[side]!, connections)
        if (round >= 0) results[step]![side]!.push(measured)
      }
    }
  }
  return results
}

const best = (results: Array<Measured>) => Math.max(...results.map(({ rate }) => rate))
const least = (results: Array<Measured>) => Math.min(...results.map(({ p99 }) => p99))

export const speed = async ({ folder, postgres, redis, verdict }: Bench) => {
  const subjects = [
    ["memory", "memory:", "sentinel"],
    ["SQLite", `sqlite:${folder}/speed.sqlite`, "sentinel"],
    ["PostgreSQL", postgres, "sentinel"],
    ["memory", "memory:", "client"],
    ["SQLite", `sqlite:${folder}/client.sqlite`, "client"],
    ["PostgreSQL", postgres, "client"],
    ["Redis", redis, "client"]
  ] as const
  for (const [engine, url, of] of subjects.filter(([engine]) => (others[0] ?? engine) === engine)) {
    const subject = await pair(engine, url, of)
    for (const connections of [1, 32]) {
      const results = await measure(subject, connections)
      console.log(
        `\nspeed: ${of === "sentinel" ? "Sentinel's store" : "client stores"}, ${engine}, ${connections} at once`
      )
      for (const [step, sides] of results.entries()) {
        const figures = sides.map(
          (all, side) =>
            `${subject.sides[side]!.name} ${Math.round(best(all)).toLocaleString("en").padStart(9)}/s, p99 ${least(all).toFixed(2).padStart(6)} ms`
        )
        const [own, driver] = sides
        const share =
          own === undefined || driver === undefined
            ? undefined
            : 1 - median(own.map(({ rate }, round) => rate / (driver[round]?.rate ?? Number.NaN)))
        const { title } = subject.steps[step]!
        console.log(`  ${title.padEnd(26)} ${figures.join("   ")}`)
        if (share !== undefined) {
          verdict(share <= budget, `our share is ${(share * 100).toFixed(0)} %; the budget is ${budget * 100} %`)
        }
      }
    }
    await subject.close()
  }
}
