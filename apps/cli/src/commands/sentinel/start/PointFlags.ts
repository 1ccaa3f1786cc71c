/**
 * Points of the dialect that are given on the command line: `--point expiresIn=string`.
 */
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import type * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import { Failure } from "../../../terminal/Failure.ts"
import { join, text } from "../../../terminal/TerminalText.ts"

/** What a text means in JSON, for truth values and numbers. Everything else is a text. */
const valueOf = (word: string): unknown => {
  if (word === "true" || word === "false") return word === "true"
  return /^\d+$/.test(word) ? Number(word) : word
}

/** Fails with all that is wrong. */
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
