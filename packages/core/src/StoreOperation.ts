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

/**
 * A sign-in waits for a database no longer than this. A client that lost its connection may keep requests until it is
 * back.
 */
const usualTimeout = Duration.seconds(5)

/**
 * The exit of `effect`, or none after `timeout`. What ends at once, as in SQLite, takes no timer.
 *
 * A caller whose time is over does not also wait for the end of the work: a driver that asks a silent server to cancel
 * a statement takes up to ten seconds for that. `Effect.timeout` waits for it, and costs three times as much.
 */
const within = <A, E, R, B, F>(
  effect: Effect.Effect<A, E, R>,
  timeout: Duration.Duration,
  settle: (exit: Exit.Exit<A, E> | undefined) => Effect.Effect<B, F>
): Effect.Effect<B, F, R> =>
  Effect.withFiber((waiting: Fiber.Fiber<unknown, unknown>) => {
    const fork = Effect.runForkWith(waiting.context as Context.Context<R>)
    const working = fork(effect)
    const exit = working.pollUnsafe()
    if (exit !== undefined) return settle(exit)
    return Effect.callback((resume) => {
      const timer = fork(Effect.sleep(timeout))
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
 * The places from which engines repeat what they were given: PostgreSQL before the columns of a row, and a value in
 * quotes after a colon; Redis before the arguments of an unknown command; MySQL an entry, and the text that it fails
 * at; parsers of JSON after a comma.
 */
const given = /\bKey \(|\bDETAIL\b|\bdup key\b|,? with args\b|\bvalue "|\b(?:entry|near) ['"]|[:,] *(?:\.\.\.)?["'`{[]/

/** The password, and the user, of an address. */
const credentials = /(:\/\/)[^/?#\s]*@/g

const saysNothing = (text: string): boolean => /^[\s.:,;]*$/.test(text)

const oneLine = (text: string): string =>
  text
    .slice(0, 1000)
    .split(given, 1)[0]!
    .replace(credentials, "$1")
    .replace(/[\p{C}\s]+/gu, " ")
    .slice(0, 200)
    .replace(/[\ud800-\udbff]$|[\s.:,;]+$/, "")
    .trim()

/**
 * The messages of a chain of causes, the innermost last. Connections that failed at several addresses are one error
 * with many.
 */
const messagesOf = (error: unknown): ReadonlyArray<string> => {
  const messages: Array<string> = []
  let current = error
  // A chain may come back to its beginning.
  for (let depth = 0; depth < 20 && current !== undefined && current !== null; depth++) {
    if (typeof current === "string") return [...messages, current]
    if (typeof current !== "object") return messages
    const { cause, code, errors, message } = current as Record<string, unknown>
    for (const text of [code, message]) if (typeof text === "string") messages.push(text)
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  }
  return messages
}

/**
 * The engine's own words, from an error of its driver: the innermost message of the chain of causes, in one line of at
 * most 200 characters. Some messages repeat what the engine was given; from there on they are left out. `undefined` if
 * there is no message.
 *
 * @example
 * ```ts
 * import * as StoreOperation from "@le-auth/core/StoreOperation"
 *
 * const duplicate = new Error("duplicate key\nDETAIL: Key (id)=(7) already exists")
 *
 * StoreOperation.problemOf(new Error("the driver failed", { cause: duplicate })) // => "duplicate key"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const problemOf = (error: unknown): string | undefined =>
  messagesOf(error)
    .map(oneLine)
    .findLast((text) => !saysNothing(text))

/**
 * The `StoreError` of a failed operation, with the engine's own words. `store` and `operation` are the names in its
 * message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const failed = (store: string, operation: string, cause: unknown): StoreError => {
  const problem = problemOf(cause)
  return new StoreError({ store, operation, ...(problem !== undefined && { problem }), cause })
}

/**
 * Makes the function that runs an operation of a store: it fails with a `StoreError` after at most `timeout`, by
 * default 5 seconds, whatever the driver does then.
 *
 * @example
 * ```ts
 * import * as StoreOperation from "@le-auth/core/StoreOperation"
 * import * as Effect from "effect/Effect"
 *
 * const run = StoreOperation.operations("my store")
 *
 * run("get")(Effect.fail("no connection")).pipe(
 *   Effect.flip,
 *   Effect.map(({ problem }) => problem)
 * ) // => "no connection"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const operations = (store: string, timeout: Duration.Input = usualTimeout) => {
  const duration = Duration.fromInputUnsafe(timeout)
  return (operation: string) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StoreError, R> =>
      within(effect, duration, (exit): Effect.Effect<A, StoreError> => {
        if (exit === undefined) {
          const late = `${operation}: no answer within ${Duration.format(duration)}`
          return Effect.fail(new StoreError({ store, operation: late }))
        }
        return Exit.mapError(exit, (cause) => failed(store, operation, cause))
      })
}
