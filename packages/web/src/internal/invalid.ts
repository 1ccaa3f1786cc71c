/** What a program handed over and must not. */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { InvalidArgument } from "../InvalidArgument.ts"

/** Makes the error. `problem` says what is wrong and what to do, without the argument itself. */
export const invalid = (argument: string, problem: string): InvalidArgument =>
  new InvalidArgument({ argument, problem })

/** Options as JavaScript may have them. A value that is not an object must not count as none: it may be a demand. */
export const optionsOf = <A extends object>(argument: string, options: A | null | undefined) => {
  const given: unknown = options ?? {}
  return Predicate.isObject(given)
    ? Effect.succeed(given as A)
    : Effect.fail(invalid(argument, "it is an object with options."))
}
