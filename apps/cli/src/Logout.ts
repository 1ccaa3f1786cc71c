/**
 * Ends the user's sessions in all LivePerson applications.
 *
 * @since 0.1.0
 */
import { Sessions } from "@le-auth/core/Sessions"
import * as Prompt from "effect/cli/Prompt"
import * as Effect from "effect/Effect"
import { ask, canAsk } from "./Ask.ts"
import { current } from "./CurrentSession.ts"
import { failed, wrongUsage } from "./Failure.ts"
import * as Output from "./Output.ts"
import { type Selection, withTarget } from "./Target.ts"

const confirm = Effect.fnUntraced(function* (subject: string) {
  if (!(yield* canAsk)) return yield* wrongUsage("There is no terminal to ask on. If you are sure, add --yes.")
  const isSure = yield* ask(
    Prompt.Confirm({
      message: `End all LivePerson sessions of ${subject}, also in the browser and in other applications?`,
      initial: false
    })
  )
  if (!isSure) return yield* failed("Nothing was done.")
})

/**
 * @since 0.1.0
 */
export interface Options extends Selection {
  readonly everywhere: boolean
  readonly yes: boolean
}

/**
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (options: Options) {
  if (!options.everywhere) {
    return yield* wrongUsage(
      "LivePerson can only end all of a user's sessions at once, in all applications. If you mean that, use:\n" +
        "le-auth logout --everywhere\n" +
        "To remove the session from this computer only, use: le-auth forget"
    )
  }
  const { key } = yield* current
  if (!options.yes) yield* confirm(key.subject)
  yield* Sessions.use((sessions) => sessions.revokeEverywhere(key))
  yield* Output.done(
    { ended: { account: key.accountId, user: key.subject } },
    `All LivePerson sessions of ${key.subject} have ended.`
  )
}, withTarget)
