/**
 * Reads the configuration file: JSON in which comments and a comma too many are allowed.
 *
 * @since 0.1.0
 */
import * as SentinelFile from "@le-auth/sentinel/operations/SentinelFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Jsonc from "jsonc-parser"
import { Failure } from "../Failure.ts"
import { join, text } from "../Shown.ts"

/** Where the text is wrong, never what is there: it may be a secret. */
const syntaxProblem = (text: string, { error, offset }: Jsonc.ParseError): string => {
  const before = text.slice(0, offset).split("\n")
  const what = Jsonc.printParseErrorCode(error)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
  return `line ${before.length}, column ${before.at(-1)!.length + 1}: ${what}`
}

const failure = (path: string, problems: ReadonlyArray<string>) =>
  new Failure({
    text: join("\n", [text`${path} has problems:`, ...problems.map((problem) => text`  - ${problem}`)]),
    code: "configuration"
  })

/**
 * What the text says. Fails with all problems at once.
 *
 * @since 0.1.0
 */
export const parse = Effect.fnUntraced(function* (path: string, content: string) {
  const errors: Array<Jsonc.ParseError> = []
  // A byte order mark, which editors on Windows write, is not part of the text.
  const clean = content.replace(/^\uFEFF/, "")
  const value: unknown = Jsonc.parse(clean, errors, { allowTrailingComma: true, allowEmptyContent: false })
  if (errors.length > 0) {
    return yield* failure(path, ["the text is not JSON", ...errors.map((error) => syntaxProblem(clean, error))])
  }
  return yield* Effect.mapError(SentinelFile.fromUnknown(value), ({ problems }) => failure(path, problems))
})

/**
 * Reads the file, and what it says.
 *
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const content = yield* Effect.mapError(
    files.readFileString(path),
    () => new Failure({ text: text`The file ${path} cannot be read.`, code: "configuration" })
  )
  return yield* parse(path, content)
})
