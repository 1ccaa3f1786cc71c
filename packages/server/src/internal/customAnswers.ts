/**
 * Calls of stores of people's own. What they say may be anything: an answer of another type, a rejection whose words
 * repeat a token, or nothing at all.
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as StoreOperation from "@le-auth/core/StoreOperation"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

const kindOf = (answer: unknown): string => {
  if (answer === null || answer === undefined) return String(answer)
  if (Array.isArray(answer)) return "an array"
  return `${typeof answer === "object" ? "an" : "a"} ${typeof answer}`
}

const nonsense = (answer: unknown, expected: string) =>
  new Error(`it answered with ${kindOf(answer)}, where ${expected} is expected`)

/** A text, or nothing. */
export const text = (answer: unknown): Option.Option<string> => {
  if (answer === null || answer === undefined) return Option.none()
  if (typeof answer !== "string") throw nonsense(answer, "a text or nothing")
  return Option.some(answer)
}

/** Whether something was done. */
export const done = (answer: unknown): boolean => {
  if (typeof answer !== "boolean") throw nonsense(answer, "true or false")
  return answer
}

/** Texts, each once. */
export const texts = (answer: unknown): ReadonlyArray<string> => {
  if (typeof answer === "string" || !Predicate.isIterable(answer)) throw nonsense(answer, "a list of texts")
  const all = new Set<string>()
  for (const each of answer) {
    if (typeof each !== "string") throw nonsense([each], "a list of texts")
    all.add(each)
  }
  return [...all]
}

/** Anything. */
export const nothing = (): void => undefined

/** So many characters that are also in a token or a key come from there. */
const telling = 12

const repeats = (words: string, given: string): boolean => {
  for (let start = 0; start + telling <= words.length; start++) {
    if (given.includes(words.slice(start, start + telling))) return true
  }
  return false
}

const framesOf = (error: unknown): ReadonlyArray<string> =>
  error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^ +at .*:\d+:\d+\)?$/.test(line)) : []

class Rejected extends Data.TaggedError("Rejected")<{ readonly message: string }> {}

/**
 * The same rejection without what the store was given: its words, unless they repeat that, and the place where it
 * happened. Drivers hang statements with their parameters on their errors.
 */
export const withoutValues = (error: unknown, given: ReadonlyArray<string>): Rejected => {
  const words = StoreOperation.problemOf(error) ?? "it rejected, and does not say why"
  const said = given.some((text) => repeats(words, text)) ? "it rejected, and repeats what it was given" : words
  return Object.assign(new Rejected({ message: said }), { stack: [said, ...framesOf(error)].join("\n") })
}

/** Makes the function that calls a store, and reads its answer. A call takes at most 5 seconds. */
export const asking = (store: string) => {
  const run = StoreOperation.operations(store)
  return <A>(
    operation: string,
    given: ReadonlyArray<string>,
    call: () => unknown,
    read: (answer: unknown) => A
  ): Effect.Effect<A, StoreError> =>
    run(operation)(
      Effect.tryPromise({ try: async () => read(await call()), catch: (error) => withoutValues(error, given) })
    )
}
