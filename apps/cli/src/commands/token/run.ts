/**
 * Prints a valid access token, for scripts.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import { bearer, givenToken, validUntil } from "../../target/CurrentSession.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withTarget } from "../../target/WithTarget.ts"
import { fromError } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { text } from "../../terminal/TerminalText.ts"

export const run = Effect.fnUntraced(function* (selection: Selection) {
  const given = yield* Effect.mapError(givenToken, fromError)
  // It needs no session, so none is opened.
  const { accessToken, session } =
    given === undefined ? yield* withTarget(bearer, selection) : { accessToken: given, session: undefined }
  const stdio = yield* Stdio.Stdio
  if (yield* stdio.stdoutIsTerminal) {
    yield* Output.say(text`Anyone who sees this token can act as you until it expires.`)
  }
  const token = Redacted.value(accessToken)
  yield* Output.print(
    { accessToken: token, validUntil: session === undefined ? null : validUntil(session) },
    text`${token}`
  )
})
