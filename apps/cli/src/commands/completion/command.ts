/**
 * `le-auth completion`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Load from "../Load.ts"

const shell = Argument.Literals("shell", ["bash", "zsh", "fish"]).pipe(
  Argument.withDescription("The shell: bash, zsh or fish")
)

/** The command, for a script about `whole`. */
export const commandOf = (whole: () => Promise<Command.Command.Any>) =>
  Command.make("completion", { shell }, ({ shell }) => Load.run(() => import("./run.ts"))({ shell, whole })).pipe(
    Command.withDescription("Print a script that lets your shell complete commands, flags and their values."),
    Command.withShortDescription("Let your shell complete commands"),
    Command.withExamples([
      { command: "echo 'source <(le-auth completion bash)' >> ~/.bashrc", description: "bash: in every new shell" },
      {
        command: "echo 'source <(le-auth completion zsh)' >> ~/.zshrc",
        description: "zsh: the same, after the line with compinit"
      },
      { command: "le-auth completion fish > ~/.config/fish/completions/le-auth.fish", description: "fish" }
    ])
  )
