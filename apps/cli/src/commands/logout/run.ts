/**
 * Ends the user's sessions in all LivePerson applications.
 */
import { Sessions } from "@le-auth/core/Sessions"
import * as Effect from "effect/Effect"
import { current } from "../../target/CurrentSession.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withTarget } from "../../target/WithTarget.ts"
import { failed, wrongUsage } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { canAsk, confirm } from "../../terminal/Prompts.ts"
import { join, text } from "../../terminal/TerminalText.ts"

const makeSure = Effect.fnUntraced(function* (subject: string) {
  if (!(yield* canAsk)) return yield* wrongUsage(text`There is no terminal to ask on. If you are sure, add --yes.`)
  const isSure = yield* confirm(
    text`End all LivePerson sessions of ${subject}, also in the browser and in other applications?`
  )
  if (!isSure) return yield* failed(text`Nothing was done.`)
})

export interface Options extends Selection {
  readonly everywhere: boolean
  readonly yes: boolean
}

export const run = Effect.fnUntraced(function* (options: Options) {
  if (!options.everywhere) {
    return yield* wrongUsage(
      join("\n", [
        text`LivePerson can only end all of a user's sessions at once, in all applications. If you mean that, use:`,
        text`le-auth logout --everywhere`,
        text`To remove the session from this computer only, use: le-auth forget`
      ])
    )
  }
  const { key } = yield* current
  if (!options.yes) yield* makeSure(key.subject)
  yield* Sessions.use((sessions) => sessions.revokeEverywhere(key))
  yield* Output.done(
    { ended: { account: key.accountId, user: key.subject } },
    text`All LivePerson sessions of ${key.subject} have ended.`
  )
}, withTarget)
