/** The two sides of a comparison: our store, and the statements that it issues, issued by the bare driver. */
import * as Effect from "effect/Effect"
import * as Statement from "effect/sql/Statement"
import { type Names, namesOf, type Step } from "./Work.ts"

/** Runs a step for each of these names, so many at once; gives the milliseconds of each. */
export interface Side {
  readonly name: string
  readonly run: (step: number, names: ReadonlyArray<Names>, connections: number) => Promise<Measured>
}

export interface Measured {
  readonly rate: number
  readonly p99: number
  /** The milliseconds of each. */
  readonly each: Float64Array
}

const measured = (took: number, each: Float64Array): Measured => ({
  rate: (each.length * 1000) / took,
  p99: each.toSorted()[Math.ceil(each.length * 0.99) - 1] ?? Number.NaN,
  each
})

const fail = (title: string) => {
  throw new Error(`${title} did not do what it should`)
}

export const ours = <R>(name: string, store: R, steps: ReadonlyArray<Step<R>>): Side => ({
  name,
  run: async (index, names, connections) => {
    const { run, title } = steps[index]!
    const each = new Float64Array(names.length)
    let next = 0
    const worker = Effect.whileLoop({
      while: () => next < names.length,
      body: () => {
        const turn = next++
        const start = performance.now()
        return Effect.map(run(store, names[turn]!), (isDone) => {
          each[turn] = performance.now() - start
          if (!isDone) fail(title)
        })
      },
      step: () => undefined
    })
    const start = performance.now()
    await Effect.runPromise(
      Effect.all(
        Array.from({ length: connections }, () => worker),
        { concurrency: "unbounded", discard: true }
      )
    )
    return measured(performance.now() - start, each)
  }
})

export interface Recorded {
  readonly text: string
  /** What has a name of the sign-in gives that of another one; all else stays as it was. */
  readonly parameters: (names: Names) => Array<unknown>
}

const textOf = (value: unknown) => (typeof value === "object" && value !== null ? value.toString() : value)

/** The statements of each step, as our store issues them. */
export const record = async <R>(store: R, steps: ReadonlyArray<Step<R>>): Promise<Array<Array<Recorded>>> => {
  const sample = namesOf(`sample ${process.pid} ${Math.random()}`)
  const all: Array<Array<Recorded>> = []
  for (const { run, title } of steps) {
    const statements: Array<Recorded> = []
    const listen: Statement.Transformer = (statement) => {
      const [text, values] = statement.compile()
      const named = values.map((value) => Object.entries(sample).find(([, name]) => textOf(name) === value)?.[0])
      statements.push({
        text,
        parameters: (names) =>
          values.map((value, index) => {
            const name = named[index]
            return name === undefined
              ? typeof value === "boolean"
                ? Number(value)
                : value
              : textOf(names[name as keyof Names])
          })
      })
      return Effect.succeed(statement)
    }
    const isDone = await Effect.runPromise(
      Effect.provideService(run(store, sample), Statement.CurrentTransformer, listen)
    )
    if (!isDone) fail(title)
    all.push(statements)
  }
  return all
}

/** `once` issues what a step does for one sign-in, and says how many rows came last. */
export const bare = (name: string, once: (step: number, names: Names) => Promise<number> | number): Side => ({
  name,
  run: async (index, names, connections) => {
    const each = new Float64Array(names.length)
    let next = 0
    const worker = async () => {
      while (next < names.length) {
        const turn = next++
        const start = performance.now()
        const rows = once(index, names[turn]!)
        if (typeof rows !== "number") await rows
        each[turn] = performance.now() - start
      }
    }
    const start = performance.now()
    await Promise.all(Array.from({ length: connections }, worker))
    return measured(performance.now() - start, each)
  }
})
