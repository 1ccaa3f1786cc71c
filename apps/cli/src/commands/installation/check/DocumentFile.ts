/**
 * Reads an installation document as JSON of any form: what is wrong with it is found later.
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { Failure } from "../../../terminal/Failure.ts"
import { text, type Text } from "../../../terminal/TerminalText.ts"

/** A device or a pipe may never end. */
const mostBytes = 1024 * 1024

const wrong = (said: Text) => new Failure({ text: said, code: "configuration" })

/** The place where the text stops being JSON, if Node says it, and nothing of the text. */
const placeOf = (error: unknown): string => {
  const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(String(error)) ?? []
  return line === undefined ? "" : `: see line ${line}, column ${column}`
}

/** The JSON of a file, or of stdin for `-`. Fails if there is none, or more than 1 MiB. */
export const read = Effect.fnUntraced(function* (file: string) {
  const name = file === "-" ? text`stdin` : text`${file}`
  const stdio = yield* Stdio.Stdio
  const files = yield* FileSystem.FileSystem
  const bytes = file === "-" ? stdio.stdin : files.stream(file, { bytesToRead: ByteSize.bytes(mostBytes + 1) })
  const parts: Array<Uint8Array> = []
  let length = 0
  yield* bytes.pipe(
    Stream.takeWhile((part) => {
      parts.push(part)
      length += part.length
      return length <= mostBytes
    }),
    Stream.runDrain,
    Effect.mapError(() => wrong(text`${name} cannot be read.`))
  )
  if (length > mostBytes)
    return yield* wrong(text`${name} is larger than 1 MiB, so it is not an installation document.`)
  // Without the byte order mark, which editors on Windows write.
  const content = new TextDecoder().decode(Buffer.concat(parts))
  return yield* Effect.try({
    try: () => JSON.parse(content) as unknown,
    catch: (error) => wrong(text`${name} is not JSON${placeOf(error)}.`)
  })
})
