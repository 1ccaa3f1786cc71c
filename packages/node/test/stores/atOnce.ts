/** What a process does until it is killed. */
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"

/** Each has a connection of its own, if the engine has several. */
export const flowsAtOnce = 16

/** One flow after the other, many at once, for ever. */
export const atOnce = <E, R>(flow: (index: number) => Effect.Effect<void, E, R>): Effect.Effect<never, E, R> => {
  let next = 0
  const one = Effect.suspend(() => flow(next++))
  return Effect.forever(
    Effect.all(
      Array.from({ length: flowsAtOnce }, () => one),
      { concurrency: "unbounded" }
    )
  )
}

/** Written when this is over: `process.stdout` may keep a line for later, and who is killed has no later. */
export const say = (line: string) => Effect.sync(() => void Fs.writeSync(1, `${line}\n`))
