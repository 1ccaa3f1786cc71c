/** The two sides of a comparison: our store, and the statements that it issues, issued by the bare driver. */
import * as Effect from "effect/Effect"
import * as Statement from "effect/sql/Statement"
import { type Names, namesOf, type Step } from "./Work.ts"

/** Runs a step for each of these names, on a number of connections; gives the milliseconds of each. */
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
    const worker = Effect.suspend(() => {
      let turn = 0
      let start = 0
      return Effect.whileLoop({
        while: () => next < names.length,
        body: () => {
          turn = next++
          start = performance.now()
          return run(store, names[turn]!)
        },
        step: (isDone) => {
          each[turn] = performance.now() - start
          if (!isDone) fail(title)
        }
      })
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

/** What a driver was given: the text of a statement and its values, or the words of a command. */
export interface Recorded {
  readonly text: string
  /**
   * What has a name of the sign-in gives that of another one, and what has a record makes it; all else stays as it was.
   */
  readonly values: (names: Names) => Array<unknown>
}

const textOf = (value: unknown) => (typeof value === "object" && value !== null ? value.toString() : String(value))

const recorded = (text: string, values: ReadonlyArray<unknown>, sample: Names, { make }: Step<any>): Recorded => {
  const parts = values.map((value): ((names: Names) => unknown) => {
    if (typeof value === "boolean") return () => Number(value)
    if (typeof value !== "string") return () => value
    if (value.startsWith("{") && make !== undefined) return make
    const found = Object.entries(sample).find(([, name]) => value.includes(textOf(name)))
    if (found === undefined) return () => value
    const [before, after] = value.split(textOf(found[1]))
    return (names) => before + textOf(names[found[0] as keyof Names]) + after
  })
  return { text, values: (names) => parts.map((part) => part(names)) }
}

/** What our store gives its driver in each step. `listen` makes an effect tell all of it. */
export const record = async <R>(
  store: R,
  steps: ReadonlyArray<Step<R>>,
  listen: <A, E>(
    effect: Effect.Effect<A, E>,
    tell: (text: string, values: ReadonlyArray<unknown>) => void
  ) => Effect.Effect<A, E>
): Promise<Array<Array<Recorded>>> => {
  const sample = namesOf(`sample-${process.pid}-${Math.random()}`)
  const all: Array<Array<Recorded>> = []
  for (const step of steps) {
    const given: Array<Recorded> = []
    const tell = (text: string, values: ReadonlyArray<unknown>) => void given.push(recorded(text, values, sample, step))
    if (!(await Effect.runPromise(listen(step.run(store, sample), tell)))) fail(step.title)
    all.push(given)
  }
  return all
}

/** The statements that go through a `SqlClient`. */
export const statements: Parameters<typeof record>[2] = (effect, tell) =>
  Effect.provideService(effect, Statement.CurrentTransformer, (statement) => {
    tell(...statement.compile())
    return Effect.succeed(statement)
  })

/** Reads every column of a row, as a caller that asks for one does. */
const readColumns = (answer: any): boolean => answer !== undefined && Object.keys({ ...answer }).length > 0

/** `once` does what a step does for one sign-in, and gives the last row, or what else was answered. */
export const bare = (
  name: string,
  steps: ReadonlyArray<Step<any>>,
  once: (step: number, names: Names) => unknown
): Side => ({
  name,
  run: async (index, names, connections) => {
    const each = new Float64Array(names.length)
    const { read = readColumns, title } = steps[index]!
    let next = 0
    const worker = async () => {
      while (next < names.length) {
        const turn = next++
        const start = performance.now()
        let answer = once(index, names[turn]!)
        if (answer instanceof Promise) answer = await answer
        if (!read(answer)) fail(title)
        each[turn] = performance.now() - start
      }
    }
    const start = performance.now()
    await Promise.all(Array.from({ length: connections }, worker))
    return measured(performance.now() - start, each)
  }
})
