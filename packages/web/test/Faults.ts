/**
 * Stores that fail when a test says so, and what they were asked. An operation is named after its store:
 * `sessions.get`.
 */
import { StoreError } from "@le-auth/core/StoreError"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"

export class Faults {
  /** The operations that were asked for, in their order. */
  readonly asked: Array<string> = []
  readonly #failing = new Map<string, number>()

  /** From now on, or a number of times. */
  fail(operation: string, times = Infinity): void {
    this.#failing.set(operation, times)
  }

  around<I, S extends object>(store: string, key: Context.Key<I, S>): Effect.Effect<S, never, I> {
    return Effect.map(key, (service) => {
      const operations = Object.entries(service).map(([name, value]) => {
        const operation = `${store}.${name}`
        if (typeof value !== "function") return [name, value] as const
        return [name, (...args: ReadonlyArray<unknown>) => this.#does(operation, () => value(...args))] as const
      })
      return Object.fromEntries(operations) as S
    })
  }

  #does<A, E, R>(operation: string, run: () => Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreError, R> {
    return Effect.suspend((): Effect.Effect<A, E | StoreError, R> => {
      this.asked.push(operation)
      const left = this.#failing.get(operation) ?? 0
      this.#failing.set(operation, left - 1)
      return left > 0 ? Effect.fail(new StoreError({ store: "shelf", operation, problem: "planted" })) : run()
    })
  }
}
