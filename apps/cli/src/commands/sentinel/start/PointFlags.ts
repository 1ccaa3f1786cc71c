/**
 * Points of the dialect that are given on the command line: `--point expiresIn=string`.
 */
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import type * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import { Failure } from "../../../terminal/Failure.ts"
import { join, text } from "../../../terminal/TerminalText.ts"

/** Truth values and numbers are written as in JSON; everything else is text. */
const valueOf = (word: string): unknown => {
  if (word === "true" || word === "false") return word === "true"
  return /^\d+$/.test(word) ? Number(word) : word
}

/** Reads them. Fails with all problems at once. */
export const read = (flags: Readonly<Record<string, string>>): Effect.Effect<SentinelDialect.Changes, Failure> =>
  Effect.mapError(
    SentinelFile.pointsFromUnknown(
      Object.fromEntries(Object.entries(flags).map(([name, word]) => [name, valueOf(word)]))
    ),
    ({ problems }) =>
      new Failure({
        text: join("\n", [text`--point has problems:`, ...problems.map((problem) => text`  - ${problem}`)]),
        code: "usage"
      })
  )
