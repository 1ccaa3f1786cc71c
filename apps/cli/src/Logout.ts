/**
 * Ends the user's sessions in all LivePerson applications.
 *
 * @since 0.1.0
 */
import { Sessions } from "@le-auth/core/Sessions"
import * as Prompt from "effect/cli/Prompt"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { current } from "./CurrentSession.ts"
import { exitCodes, Failure } from "./Failure.ts"
import { withTarget } from "./Target.ts"

const usage = (message: string) => new Failure({ message, exitCode: exitCodes.usage })

const confirm = Effect.fnUntraced(function* (subject: string) {
  const { canPrompt } = yield* TerminalCapabilities.TerminalCapabilities
  if (!canPrompt) return yield* usage("There is no terminal to ask on. If you are sure, add --yes.")
  const isSure = yield* Prompt.Confirm({
    message: `End all LivePerson sessions of ${subject}, also in the browser and in other applications?`,
    initial: false
  })
  if (!isSure) return yield* new Failure({ message: "Nothing was done.", exitCode: exitCodes.failed })
})

/**
 * @since 0.1.0
 */
export interface Options {
  readonly everywhere: boolean
  readonly yes: boolean
}

/**
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (options: Options) {
  if (!options.everywhere) {
    return yield* usage(
      "LivePerson can only end all of a user's sessions at once, in all applications. If you mean that, use:\n" +
        "le-auth logout --everywhere\n" +
        "To remove the session from this computer only, use: le-auth forget"
    )
  }
  const { key } = yield* current
  if (!options.yes) yield* confirm(key.subject)
  yield* Sessions.use((sessions) => sessions.revokeEverywhere(key))
  yield* Console.error(`All LivePerson sessions of ${key.subject} have ended.`)
}, withTarget)
