/**
 * Scripts that let shells complete the command.
 *
 * @since 0.1.0
 */
import * as Completions from "effect/cli/Completions"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as LeAuth from "./commands/LeAuth.ts"

/**
 * The script names the flag of effect's by which it is made elsewhere.
 *
 * @since 0.1.0
 */
export const run = ({ shell }: { readonly shell: Completions.Shell }): Effect.Effect<void> =>
  Effect.promise(LeAuth.all).pipe(
    Effect.map((command) => Completions.generate(command.name, shell, Completions.fromCommand(command))),
    Effect.flatMap((script) => Console.log(script.replaceAll("--completions", "completion")))
  )
