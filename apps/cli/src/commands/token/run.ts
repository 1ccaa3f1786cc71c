/**
 * Prints a valid access token, for scripts.
 */
import type { AccessToken } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import * as CurrentAppToken from "../../target/CurrentAppToken.ts"
import { bearer, givenToken, validUntil } from "../../target/CurrentSession.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withApplication, withTarget } from "../../target/WithTarget.ts"
import { fromError } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { text } from "../../terminal/TerminalText.ts"

export interface Options extends Selection {
  readonly app: boolean
}

const print = Effect.fnUntraced(function* (
  accessToken: AccessToken,
  who: "you" | "the application",
  facts: Readonly<Record<string, unknown>>
) {
  const stdio = yield* Stdio.Stdio
  if (yield* stdio.stdoutIsTerminal) {
    yield* Output.say(text`Anyone who sees this token can act as ${who} until it expires.`)
  }
  const token = Redacted.value(accessToken)
  yield* Output.print({ accessToken: token, ...facts }, text`${token}`)
})

const ofUser = Effect.fnUntraced(function* (selection: Selection) {
  const given = yield* Effect.mapError(givenToken, fromError)
  // It needs no session, so none is opened.
  const { accessToken, session } =
    given === undefined ? yield* withTarget(bearer, selection) : { accessToken: given, session: undefined }
  yield* print(accessToken, "you", { validUntil: session === undefined ? null : validUntil(session) })
})

const ofApplication = Effect.fnUntraced(function* (_: Selection) {
  const accessToken = yield* CurrentAppToken.current
  yield* print(accessToken, "the application", yield* CurrentAppToken.factsOf(accessToken))
}, withApplication)

export const run = (options: Options) => Effect.suspend(() => (options.app ? ofApplication(options) : ofUser(options)))
