/**
 * What every store in a database does with its operations, and an adapter of your own may use.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { StoreError } from "./StoreError.ts"

/** Nobody who signs in waits longer for a database. A client that lost its connection may keep requests until it is back. */
const usualPatience = Duration.seconds(5)

/**
 * The exit of `effect`, or none after so long. What is done at once, as in SQLite, takes no timer.
 *
 * Whoever has waited long enough does not wait for the end of it as well: a driver that asks a silent server to cancel a statement
 * takes up to ten seconds for that. `Effect.timeout` waits for it, and costs three times as much.
 */
const within = <A, E, R, B, F>(
  effect: Effect.Effect<A, E, R>,
  patience: Duration.Duration,
  settle: (exit: Exit.Exit<A, E> | undefined) => Effect.Effect<B, F>
): Effect.Effect<B, F, R> =>
  Effect.withFiber((waiting: Fiber.Fiber<unknown, unknown>) => {
    const fork = Effect.runForkWith(waiting.context as Context.Context<R>)
    const working = fork(effect)
    const exit = working.pollUnsafe()
    if (exit !== undefined) return settle(exit)
    return Effect.callback((resume) => {
      const timer = fork(Effect.sleep(patience))
      timer.addObserver((rung) => {
        if (Exit.isFailure(rung)) return
        resume(settle(undefined))
        working.interruptUnsafe()
      })
      working.addObserver((exit) => {
        resume(settle(exit))
        timer.interruptUnsafe()
      })
      return Effect.sync(() => {
        working.interruptUnsafe()
        timer.interruptUnsafe()
      })
    })
  })

/**
 * Makes the function that runs an operation of a store: it fails with a `StoreError`, after 5 seconds or `patience` at the latest,
 * whatever the driver does then.
 *
 * @example
 * ```ts
 * import * as StoreOperation from "@le-auth/core/StoreOperation"
 * import * as Effect from "effect/Effect"
 *
 * const run = StoreOperation.operations("my store")
 *
 * const get = run("get")(Effect.fail("no connection")) // fails with a StoreError: "The my store is unavailable (get)."
 * ```
 *
 * @since 0.1.0
 */
export const operations = (store: string, patience: Duration.Input = usualPatience) => {
  const duration = Duration.fromInputUnsafe(patience)
  return (operation: string) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StoreError, R> =>
      within(effect, duration, (exit): Effect.Effect<A, StoreError> => {
        if (exit === undefined) {
          const late = `${operation}: no answer within ${Duration.format(duration)}`
          return Effect.fail(new StoreError({ store, operation: late }))
        }
        return Exit.mapError(exit, (cause) => new StoreError({ store, operation, cause }))
      })
}
