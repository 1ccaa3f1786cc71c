/** Processes that work at a store until they are killed, at random moments, and what they said before. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { runScript } from "../SqliteFile.ts"

/** How many are at the store at once. */
const processes = 4

/** What was said of a flow: what it was about to do, and what was done. */
export type Said = ReadonlySet<string>

/** Each line of the output is a word and the name of a flow. The last line may be cut off. */
const saidIn = (outputs: ReadonlyArray<string>): Map<string, Set<string>> => {
  const flows = new Map<string, Set<string>>()
  for (const line of outputs.flatMap((output) => output.split("\n").slice(0, -1))) {
    const [word = "", name = ""] = line.split(" ")
    flows.set(name, (flows.get(name) ?? new Set()).add(word))
  }
  return flows
}

/**
 * Lets processes of a script work and kills them one by one, until `flows` flows were begun. After each round, when
 * none is left, it is checked what became of their flows. The names of flows begin with the seed of the moments.
 */
export const crashes = Effect.fnUntraced(function* <E, R>(
  { flows, script, url }: { readonly script: string; readonly url: string; readonly flows: number },
  check: (flows: ReadonlyMap<string, Said>) => Effect.Effect<void, E, R>
) {
  const seed = yield* Random.nextIntBetween(0, 1_000_000_000)
  const moments = yield* Effect.all(
    Array.from({ length: 100 * processes }, () => Random.nextIntBetween(100, 1200))
  ).pipe(Random.withSeed(seed))
  let count = 0
  for (let round = 0; count < flows; round++) {
    const outputs = yield* Effect.forEach(
      moments.slice(round * processes, (round + 1) * processes),
      Effect.fnUntraced(function* (lines, index) {
        const child = yield* runScript(script, ["flows", url, `seed-${seed}-${round}-${index}`])
        yield* child.until((output) => output.split("\n").length > lines)
        yield* child.kill
        return (yield* child.ended).output
      }),
      { concurrency: "unbounded" }
    )
    const said = saidIn(outputs)
    yield* check(said)
    count += said.size
  }
  assert.isAtLeast(count, flows)
})
