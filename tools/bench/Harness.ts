// Contestants side by side in one process: they take turns, in several rounds, the order turned around each round. A
// figure is the median over the rounds; a ratio is taken round by round and then the median, so that what else the
// machine does counts for both sides.

export const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

export interface Contestant {
  readonly name: string
  /** Does the work this number of times. */
  readonly run: (times: number) => Promise<unknown> | unknown
}

/**
 * Operations per second of each contestant, by round.
 * @param options `operations` fixes the count of a round
 */
export async function rates(
  contestants: Contestant[],
  { rounds = 9, milliseconds = 300, operations }: { rounds?: number; milliseconds?: number; operations?: number } = {}
) {
  const counts = new Map<string, number>()
  for (const { name, run } of contestants) {
    let times = operations ?? 64
    for (;;) {
      const took = await time(run, times)
      if (operations !== undefined || took >= milliseconds) break
      times = Math.ceil(times * Math.max(1.3, Math.min(8, milliseconds / Math.max(took, 0.1))))
    }
    counts.set(name, times)
  }
  const results = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of round % 2 === 0 ? contestants : contestants.toReversed()) {
      globalThis.gc?.()
      const times = counts.get(name) ?? 1
      results.get(name)?.push((times * 1000) / (await time(run, times)))
    }
  }
  return results
}

async function time(run: Contestant["run"], times: number) {
  const start = performance.now()
  await run(times)
  return performance.now() - start
}

/** The median of `a` in relation to `b`, round by round. */
export const ratio = (results: Map<string, number[]>, a: string, b: string) => {
  const against = results.get(b) ?? []
  return median((results.get(a) ?? []).map((rate, round) => rate / (against[round] ?? Number.NaN)))
}

/**
 * Prints a table, and whether the budget holds.
 * @returns whether it holds
 */
export function report(
  title: string,
  results: Map<string, number[]>,
  { atLeast, ours, than }: { ours: string; than: string; atLeast: number }
): boolean {
  console.log(`\n${title}`)
  const rows = [...results].map(([name, all]) => ({ name, rate: median(all), against: ratio(results, name, than) }))
  for (const { against, name, rate } of rows.toSorted((a, b) => b.rate - a.rate)) {
    console.log(
      `  ${name.padEnd(28)} ${Math.round(rate).toLocaleString("en").padStart(12)}/s  ${against.toFixed(2).padStart(7)}x ${than}`
    )
  }
  const reached = ratio(results, ours, than)
  const holds = reached >= atLeast
  console.log(`  ${holds ? "holds" : "MISSED"}: ${ours} is ${reached.toFixed(2)}x ${than}; the budget is ${atLeast}x`)
  return holds
}
