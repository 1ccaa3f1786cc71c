/** Notices that a process keeps the same thing twice, as happens where a framework has several copies of a module. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Each copy of this module finds the same numbers. */
const key = Symbol.for("@le-auth/core/internal/onlyOne")

interface Global {
  [key]?: Map<string, number>
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> }
}

/** Tests build many on purpose. */
const isTest = ({ process }: Global): boolean =>
  process?.env?.["NODE_ENV"] === "test" || process?.env?.["NODE_TEST_CONTEXT"] !== undefined

const add = (name: string, change: number): number => {
  const numbers = ((globalThis as Global)[key] ??= new Map())
  const number = (numbers.get(name) ?? 0) + change
  numbers.set(name, number)
  return number
}

const watch = (name: string) =>
  Effect.acquireRelease(
    Effect.sync(() => add(name, 1)),
    () => Effect.sync(() => add(name, -1))
  ).pipe(
    Effect.flatMap((number) =>
      number === 1 || isTest(globalThis as Global)
        ? Effect.void
        : Effect.logWarning(
            `This process has ${number} of ${name}, and none of them knows what another keeps. A framework may have loaded your module ` +
              "several times: use WebSignIn.toWebHandler(services, { once }), or a store outside of the process."
          )
    )
  )

/** A layer that warns if it is built while another of that name is in use in this process. */
export const onlyOne =
  (name: string) =>
  <A>(layer: Layer.Layer<A>): Layer.Layer<A> =>
    Layer.merge(layer, Layer.effectDiscard(watch(name)))
