/**
 * Points of the dialect that are given on the command line: `--point expiresIn=string`.
 */
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import { Failure } from "../../../terminal/Failure.ts"
import { join, text } from "../../../terminal/TerminalText.ts"

const usual: Readonly<Record<string, unknown>> = { ...SentinelDialect.liveperson }

/** Truth values and numbers are written as in JSON, and lists with commas; everything else is text. */
const valueOf = (word: string, point: string): unknown => {
  if (Array.isArray(usual[point])) return word.split(",").map((part) => part.trim())
  if (word === "true" || word === "false") return word === "true"
  return /^\d+$/.test(word) ? Number(word) : word
}

/** Writes a point as {@link read} reads it. */
export const write = (point: string, value: unknown): string => {
  const word = Array.isArray(value) ? value.join(",") : typeof value === "string" ? value : JSON.stringify(value)
  return `${point}=${word}`
}

/** Reads them. Fails with all problems at once. */
export const read = (flags: Readonly<Record<string, string>>): Effect.Effect<SentinelDialect.Changes, Failure> =>
  Effect.mapError(
    SentinelFile.pointsFromUnknown(
      Object.fromEntries(Object.entries(flags).map(([name, word]) => [name, valueOf(word, name)]))
    ),
    ({ problems }) =>
      new Failure({
        text: join("\n", [text`--point has problems:`, ...problems.map((problem) => text`  - ${problem}`)]),
        code: "usage"
      })
  )
