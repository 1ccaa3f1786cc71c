/**
 * Says what is wrong with an installation document.
 */
import * as InstallationDocument from "@le-auth/core/InstallationDocument"
import * as Effect from "effect/Effect"
import { Failure } from "../../../terminal/Failure.ts"
import * as Output from "../../../terminal/Output.ts"
import { join, text } from "../../../terminal/TerminalText.ts"
import { textOf } from "./Findings.ts"
import * as DocumentFile from "./DocumentFile.ts"

export interface Options {
  readonly file: string
}

/** Each finding, with its remedy. Fails if one of them is more than advice. */
export const run = Effect.fnUntraced(function* ({ file }: Options) {
  const document = yield* DocumentFile.read(file)
  const findings = InstallationDocument.check(document)
  const of = (severity: InstallationDocument.Severity) => findings.filter((finding) => finding.severity === severity)
  if (findings.length > 0 || (yield* Output.Json)) {
    yield* Output.print({ findings }, join("\n", findings.map(textOf)))
  }
  const counted = { refused: of("refused").length, needed: of("needed").length }
  if (counted.refused + counted.needed > 0) {
    const said = [
      ...(counted.refused > 0 ? [text`${counted.refused} that LivePerson refuses`] : []),
      ...(counted.needed > 0 ? [text`${counted.needed} that le-auth needs`] : [])
    ]
    return yield* new Failure({ text: text`There are findings: ${join(", ", said)}.`, code: "configuration" })
  }
  return yield* Output.say(
    text`${findings.length === 0 ? "" : text`\n`}LivePerson takes this document, as far as its guide says, and le-auth works with it.`
  )
})
