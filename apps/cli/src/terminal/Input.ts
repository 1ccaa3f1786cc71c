/**
 * Reads stdin, since an argument would stay in the history of the shell.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { failed, wrongUsage } from "./Failure.ts"
import * as Output from "./Output.ts"
import { text } from "./TerminalText.ts"

/** A terminal stays open, and a command would wait for it forever. */
const letGo = Effect.sync(() => process.stdin.unref?.())

const unreadable = (error: PlatformError) => failed(text`stdin cannot be read: ${error.message}`)

/** The first line of stdin. A person at a terminal is asked to paste `what`. */
export const line = Effect.fnUntraced(function* (what: string) {
  const stdio = yield* Stdio.Stdio
  if (yield* stdio.stdinIsTerminal) yield* Output.say(text`Paste ${what}, and press Enter:`)
  const first = yield* stdio.stdin.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.runHead,
    Effect.mapError(unreadable),
    Effect.ensuring(letGo)
  )
  const found = Option.getOrElse(first, () => "").trim()
  return found === "" ? yield* wrongUsage(text`There is nothing on stdin: ${what} was expected.`) : found
})

/** All of stdin. */
export const bytes = Stdio.Stdio.use(({ stdin }) =>
  stdin.pipe(
    Stream.runCollect,
    Effect.map((chunks) => new Uint8Array(Buffer.concat(chunks))),
    Effect.mapError(unreadable)
  )
)
