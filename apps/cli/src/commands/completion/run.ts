/**
 * Scripts that let shells complete the command.
 */
import type * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as Effect from "effect/Effect"
import type { Failure } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"

export interface Options {
  readonly shell: Completions.Shell
  /** The command with all that it has. */
  readonly whole: () => Promise<Command.Command.Any>
}

/** In the script, effect names the flag by which it is made elsewhere. */
export const run = ({ shell, whole }: Options): Effect.Effect<void, Failure> =>
  Effect.promise(whole).pipe(
    Effect.map((command) => Completions.generate(command.name, shell, Completions.fromCommand(command))),
    Effect.flatMap((script) => Output.write(`${script.replaceAll("--completions", "completion")}\n`))
  )
