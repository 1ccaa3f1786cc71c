/**
 * A name and a value in one argument: `name:value`, `name=value`.
 */
import * as Effect from "effect/Effect"
import { type Failure, wrongUsage } from "./Failure.ts"
import { text } from "./TerminalText.ts"

/** Splits the argument of a flag at the first separator. */
export const read = (
  pair: string,
  separator: ":" | "=",
  flag: string
): Effect.Effect<readonly [name: string, value: string], Failure> => {
  const at = pair.indexOf(separator)
  return at < 1
    ? Effect.fail(wrongUsage(text`${flag} takes name${separator}value.`))
    : Effect.succeed([pair.slice(0, at).trim(), pair.slice(at + 1)])
}
