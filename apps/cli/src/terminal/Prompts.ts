/**
 * Questions to the user, on a terminal only. They take {@link Text}, as everything that a terminal shows.
 */
import * as Prompt from "effect/cli/Prompt"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Effect from "effect/Effect"
import type { Text } from "./TerminalText.ts"

/** Whether questions can be asked: stdin and stdout are a terminal. */
export const canAsk = Effect.map(TerminalCapabilities.TerminalCapabilities, ({ canPrompt }) => canPrompt)

/** Asks a question. Ctrl-C at a question ends the command. */
export const ask = <A>(prompt: Prompt.Prompt<A>): Effect.Effect<A, never, Prompt.Environment> =>
  Effect.catchTag(prompt, "QuitError", () => Effect.interrupt)

/** Whether the user is sure; by default they are not. */
export const confirm = (message: Text): Effect.Effect<boolean, never, Prompt.Environment> =>
  ask(Prompt.Confirm({ message: message.toString(), initial: false }))

/** The choice that the user makes. */
export const select = <A>(
  message: Text,
  choices: ReadonlyArray<{ readonly title: Text; readonly value: A }>
): Effect.Effect<A, never, Prompt.Environment> =>
  ask(
    Prompt.Select({
      message: message.toString(),
      choices: choices.map(({ title, value }) => ({ title: title.toString(), value }))
    })
  )
