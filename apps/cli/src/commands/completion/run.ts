/**
 * Scripts that let shells complete the command.
 *
 * @since 0.1.0
 */
import * as Completions from "effect/cli/Completions"
import * as Effect from "effect/Effect"
import * as LeAuth from "../../LeAuth.ts"
import type { Failure } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"

/**
 * The script names the flag of effect's by which it is made elsewhere.
 *
 * @since 0.1.0
 */
export const run = ({ shell }: { readonly shell: Completions.Shell }): Effect.Effect<void, Failure> =>
  Effect.promise(LeAuth.all).pipe(
    Effect.map((command) => Completions.generate(command.name, shell, Completions.fromCommand(command))),
    Effect.flatMap((script) => Output.write(`${script.replaceAll("--completions", "completion")}\n`))
  )
