/**
 * Questions to the user, on a terminal only.
 *
 * @since 0.1.0
 */
import type * as Prompt from "effect/cli/Prompt"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Effect from "effect/Effect"

/**
 * Whether somebody is there to answer: stdin and stdout are a terminal.
 *
 * @since 0.1.0
 */
export const canAsk = Effect.map(TerminalCapabilities.TerminalCapabilities, ({ canPrompt }) => canPrompt)

/**
 * The answer. Ctrl-C at a question is Ctrl-C anywhere: it ends the command.
 *
 * @since 0.1.0
 */
export const ask = <A>(prompt: Prompt.Prompt<A>): Effect.Effect<A, never, Prompt.Environment> =>
  Effect.catchTag(prompt, "QuitError", () => Effect.interrupt)
