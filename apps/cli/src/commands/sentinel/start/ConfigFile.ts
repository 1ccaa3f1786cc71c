/**
 * Reads the configuration file: JSON with comments and trailing commas. A wrong file is a failure and does not stop a
 * Sentinel that runs.
 */
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { Failure } from "../../../terminal/Failure.ts"
import { join, text } from "../../../terminal/TerminalText.ts"

const failure = (path: string, problems: ReadonlyArray<string>) =>
  new Failure({
    text: join("\n", [text`${path} has problems:`, ...problems.map((problem) => text`  - ${problem}`)]),
    code: "configuration"
  })

/** Parses a text. Fails with all problems at once. */
export const parse = (path: string, content: string) =>
  Effect.mapError(SentinelFile.parse(content), ({ problems }) => failure(path, problems))

/** A device or a pipe may never end, and a file may grow while it is read. */
const mostBytes = SentinelFile.maximumBytes

/** Reads and parses the file. */
export const read = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const unreadable = () => new Failure({ text: text`The file ${path} cannot be read.`, code: "configuration" })
  const { size, type } = yield* Effect.mapError(files.stat(path), unreadable)
  if (type !== "File") return yield* new Failure({ text: text`${path} is not a file.`, code: "configuration" })
  if (Number(size) > mostBytes) return yield* failure(path, ["the text is larger than 32 MiB"])
  const decoder = new TextDecoder()
  const parts: Array<string> = []
  yield* files.stream(path, { bytesToRead: ByteSize.bytes(mostBytes), chunkSize: 1024 * 1024 }).pipe(
    Stream.runForEach((bytes) => Effect.sync(() => void parts.push(decoder.decode(bytes, { stream: true })))),
    Effect.mapError(unreadable)
  )
  return yield* parse(path, parts.join("") + decoder.decode())
})
